"""体检 What `liuhen doctor` looks at: the server, the roles and privileges, the triggers, and the record itself.

Each check is a small function that reads and changes nothing. All of them see the same moment of the database.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from pydantic import BaseModel, ConfigDict

from domain.texts import Text
from infrastructure import migrations, roles
from infrastructure.bootstrap import service_login
from infrastructure.roles import OWNER, READER, WRITER
from infrastructure.sealing import MasterKeyError, MasterKeys
from infrastructure.settings import Settings
from infrastructure.store.ledger import forbidden_settings
from infrastructure.tlog.agreement import WAY_ON, TreeDisagreesError, check_agreement
from infrastructure.tlog.kept_checkpoint import KeptCheckpoint, kept_path
from infrastructure.tlog.keys import KeyFileError
from infrastructure.tlog.operator_key import operator_verifiers
from infrastructure.tlog.store import standing_of, tree_of
from infrastructure.tlog.text_forms import FormatError

OLDEST_SERVER = 150000
CLOCK_SECONDS = 2.0
"""Largest difference between the clocks of service and database that is not worth a word."""
BUSY = 0.8
"""Share of the server's connections from which on new ones may soon be refused."""
LITTLE_SPACE, TOO_LITTLE_SPACE = 2 * 1024**3, 256 * 1024**2
"""Bytes left where the embedded server keeps its data."""

_PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
_BEFORE_CHANGES = 2 | 8 | 16 | 32
"""PostgreSQL's type of a trigger: before; delete, update, truncate; once per statement."""
_FINAL = {
    (table, f"{table}_are_final", "A", _BEFORE_CHANGES, "liuhen.refuse_change", True)
    for table in ("events", "requests", "trees", "tiles", "checkpoints", "cosignatures", "documents", "reads")
}
_AFTER_EACH_INSERT = 1 | 4
"""PostgreSQL's type of a trigger: once per row; insert."""
_ERASING = ("events", "erasures_destroy_keys", "A", _AFTER_EACH_INSERT, "liuhen.destroy_erased_key", False)
_ERASING_WHEN = "WHEN ((new.topic = 'county.personal_data_erased'::text))"
_KEYS = {
    ("events", "log_id, position"),
    ("events", "log_id, stream_id, stream_version"),
    ("logs", "log_id"),
    ("requests", "log_id, client, key"),
    ("stream_heads", "log_id, stream_id"),
    ("writers", "log_id, writer"),
}
"""What makes it impossible that a position, a version or a request is there twice."""
_PINNED = "search_path=pg_catalog, liuhen, pg_temp"
_FUNCTION = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+liuhen\.(?P<made>\w+)\s*\(.*?\bAS\s+(?P<quote>\$\w*\$)(?P<body>.*?)(?P=quote)"
    r"|DROP\s+FUNCTION\s+(?:IF\s+EXISTS\s+)?liuhen\.(?P<dropped>\w+)",
    re.DOTALL | re.IGNORECASE,
)
_OF_RECORD = "WHERE c.relnamespace = 'liuhen'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
_RECORD = f"FROM pg_class c {_OF_RECORD}"


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


class Finding(BaseModel):
    """The outcome of one check. `remedy` says what to do, unless all is well."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: Text
    state: State
    detail: Text
    remedy: Text | None = None


@dataclass(frozen=True)
class Examined:
    """What the checks look at: a transaction of the service's login, and the settings."""

    conn: psycopg.Connection[TupleRow]
    settings: Settings

    def rows(self, query: str, *parameters: Any) -> list[TupleRow]:
        """All rows of a query."""
        return self.conn.execute(query.encode(), parameters).fetchall()

    def value(self, query: str, *parameters: Any) -> Any:
        """The one value of a query."""
        return self.rows(query, *parameters)[0][0]


Verdict = tuple[State, Text]
Ask = Callable[[Examined], Verdict | None]


@dataclass(frozen=True)
class Check:
    """One thing that is looked at. `ask` gives None where it does not apply."""

    name: str
    title: Text
    remedy: Text
    ask: Ask


CHECKS: list[Check] = []
"""In the order in which they are shown."""


HARDENING = frozenset(
    {"fsync", "synchronous_commit", "migrations", "roles", "login", "owners", "writer", "reader", "others", "triggers"}
    | {"functions"}
)
"""Checks that say how the record is guarded: their outcome is shown with the checkpoints."""


def examine(settings: Settings, conninfo: str, only: Container[str] | None = None) -> list[Finding]:
    """Do every check, or those named, on the database of a connection string, as the service would connect.

    Changes nothing.
    """
    try:
        working = service_login(settings, conninfo)
    except (roles.RolesError, psycopg.OperationalError):
        working = conninfo  # The checks of roles and login say what is amiss.
    try:
        conn = psycopg.connect(working, connect_timeout=10)
    except psycopg.OperationalError as error:
        return [_unreachable(error)]
    with conn:
        conn.isolation_level, conn.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        conn.execute("SET LOCAL search_path TO pg_catalog, pg_temp")
        examined = Examined(conn, settings)
        chosen = [check for check in CHECKS if only is None or check.name in only]
        return [finding for check in chosen if (finding := _finding(check, examined)) is not None]


def _finding(check: Check, examined: Examined) -> Finding | None:
    try:
        with examined.conn.transaction():
            verdict = check.ask(examined)
    except (psycopg.errors.DatabaseError, migrations.MigrationError) as error:
        reason = str(error).split("\n", 1)[0]
        verdict = State.FAILURE, Text(zh=f"不能检查：{reason}", en=f"cannot be checked: {reason}")
    if verdict is None:
        return None
    state, detail = verdict
    remedy = None if state is State.OK else check.remedy
    return Finding(name=check.name, title=check.title, state=state, detail=detail, remedy=remedy)


def _unreachable(error: psycopg.OperationalError) -> Finding:
    reason = str(error).strip()
    return Finding(
        name="connection",
        title=Text(zh="连接", en="connection"),
        state=State.FAILURE,
        detail=Text(zh=f"不能连接：{reason}", en=f"cannot connect: {reason}"),
        remedy=Text(zh="检查LIUHEN_DATABASE_URL、服务器和口令", en="check LIUHEN_DATABASE_URL, server and password"),
    )


def _check(name: str, title: tuple[str, str], remedy: tuple[str, str]) -> Callable[[Ask], Ask]:
    def register(ask: Ask) -> Ask:
        CHECKS.append(Check(name, Text(zh=title[0], en=title[1]), Text(zh=remedy[0], en=remedy[1]), ask))
        return ask

    return register


def _verdict(state: State, zh: str, en: str) -> Verdict:
    return state, Text(zh=zh, en=en)


def _unless(faults: Iterable[str], zh: str, en: str) -> Verdict:
    """A failure that names the faults; without any, all is well in the words given."""
    if found := "；".join(faults):
        return _verdict(State.FAILURE, found, found)
    return _verdict(State.OK, zh, en)


def _setting(examined: Examined, name: str, good: set[str], otherwise: State) -> Verdict:
    value: str = examined.value("SELECT current_setting(%s)", name)
    return _verdict(State.OK if value in good else otherwise, f"{name} = {value}", f"{name} = {value}")


# The server.


@_check("version", ("服务器版本", "server version"), ("升级到PostgreSQL 15或更高", "upgrade to PostgreSQL 15 or later"))
def _version(examined: Examined) -> Verdict:
    info = examined.conn.info
    shown = str(info.parameter_status("server_version"))
    return _verdict(State.OK if info.server_version >= OLDEST_SERVER else State.FAILURE, shown, shown)


_DURABLE = ("设为on并重载；否则已答复的记录可能丢失", "set it to on and reload: answered records may be lost otherwise")


@_check("fsync", ("落盘", "fsync"), _DURABLE)
def _fsync(examined: Examined) -> Verdict:
    return _setting(examined, "fsync", {"on"}, State.FAILURE)


@_check("full_page_writes", ("整页写入", "full page writes"), _DURABLE)
def _full_page_writes(examined: Examined) -> Verdict:
    return _setting(examined, "full_page_writes", {"on"}, State.FAILURE)


@_check("synchronous_commit", ("同步提交", "synchronous commit"), _DURABLE)
def _synchronous_commit(examined: Examined) -> Verdict:
    return _setting(examined, "synchronous_commit", {"on", "remote_apply"}, State.FAILURE)


@_check(
    "wal_level",
    ("预写日志级别", "WAL level"),
    ("设为replica以便归档与备库", "set it to replica, for archiving and standbys"),
)
def _wal_level(examined: Examined) -> Verdict:
    return _setting(examined, "wal_level", {"replica", "logical"}, State.WARNING)


@_check(
    "data_checksums",
    ("数据校验和", "data checksums"),
    ("停库后运行pg_checksums --enable", "run pg_checksums --enable while the server is stopped"),
)
def _data_checksums(examined: Examined) -> Verdict:
    return _setting(examined, "data_checksums", {"on"}, State.WARNING)


@_check(
    "autovacuum",
    ("自动清理", "autovacuum"),
    ("设autovacuum和track_counts为on", "set autovacuum and track_counts to on"),
)
def _autovacuum(examined: Examined) -> Verdict:
    on = examined.value("SELECT current_setting('autovacuum') = 'on' AND current_setting('track_counts') = 'on'")
    shown = "on" if on else "off"
    return _verdict(State.OK if on else State.WARNING, shown, shown)


@_check(
    "connections",
    ("连接数", "connections"),
    ("调大max_connections，或调小LIUHEN_POOL_SIZE", "raise max_connections, or lower LIUHEN_POOL_SIZE"),
)
def _connections(examined: Examined) -> Verdict:
    used: int = examined.value("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
    most: int = examined.value(
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    )
    # One pool for the ledger and one for the views; a connection each for who follows the log, for a view that is built
    # anew, and for the sequencer.
    wanted = 2 * examined.settings.pool_size + 3
    enough = max(used, wanted) < most * BUSY
    shown = f"{used} / {most}"
    return _verdict(State.OK if enough else State.WARNING, shown, shown)


@_check(
    "clock",
    ("时钟", "clock"),
    ("在两台机器上对时（NTP）", "synchronise both machines' clocks (NTP)"),
)
def _clock(examined: Examined) -> Verdict:
    before = datetime.now(UTC)
    there: datetime = examined.value("SELECT clock_timestamp()")
    after = datetime.now(UTC)
    # The database's answer lies between the two; only what is outside can be a difference.
    apart = max((before - there).total_seconds(), (there - after).total_seconds(), 0.0)
    state = State.OK if apart <= CLOCK_SECONDS else State.WARNING
    return _verdict(state, f"服务与数据库相差{apart:.1f}秒", f"service and database are {apart:.1f} s apart")


@_check(
    "disk",
    ("磁盘空间", "disk space"),
    ("清理或扩容LIUHEN_DATA_DIR所在磁盘", "free or add space where LIUHEN_DATA_DIR is"),
)
def _disk(examined: Examined) -> Verdict | None:
    if examined.settings.database_url:
        return None  # That machine is watched by whoever runs it.
    free = shutil.disk_usage(examined.settings.data_dir).free
    state = State.OK if free >= LITTLE_SPACE else State.WARNING if free >= TOO_LITTLE_SPACE else State.FAILURE
    return _verdict(state, f"余{free / 1024**3:.1f} GiB", f"{free / 1024**3:.1f} GiB left")


@_check(
    "environment",
    ("环境变量", "environment"),
    ("从环境中去掉；它们会绕过记录器", "remove them from the environment: they would bypass the recorder"),
)
def _environment(examined: Examined) -> Verdict:
    del examined
    return _unless(forbidden_settings(), "没有被禁止的设置", "no forbidden setting")


# Who may do what.


@_check(
    "migrations",
    ("迁移", "migrations"),
    (
        "缺少的用liuhen migrate补上；被改动的要查明原因",
        "apply what is missing by liuhen migrate; find out who changed what was applied",
    ),
)
def _migrations(examined: Examined) -> Verdict:
    to_do = migrations.pending(migrations.available(), applied := migrations.applied(examined.conn))
    missing = (f"未应用 not applied: {m.number:04d}_{m.name}" for m in to_do)
    return _unless(missing, f"已应用{len(applied)}个", f"{len(applied)} applied")


@_check(
    "roles",
    ("角色", "roles"),
    (
        "按liuhen doctor --roles-sql建立；多余的权力用ALTER ROLE或REVOKE收回",
        "make them as liuhen doctor --roles-sql says; take back what is too much by ALTER ROLE or REVOKE",
    ),
)
def _roles(examined: Examined) -> Verdict:
    wanted = {OWNER: False, WRITER: True, READER: True}
    found = {
        name: (login, mighty)
        for name, login, mighty in examined.rows(
            "SELECT rolname::text, rolcanlogin,"
            " rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
            " FROM pg_roles WHERE rolname = ANY(%s)",
            list(wanted),
        )
    }
    faults = [f"{role}: 不存在 missing" for role in wanted if role not in found]
    for role, (login, mighty) in found.items():
        if login != wanted[role]:
            faults.append(f"{role}: {'LOGIN' if login else 'NOLOGIN'}")
        if mighty:
            faults.append(f"{role}: 有服务器级权力 has powers over the server")
    for member, of in examined.rows(
        "SELECT m.rolname::text, g.rolname::text FROM pg_roles m JOIN pg_roles g ON pg_has_role(m.oid, g.oid, 'MEMBER')"
        " WHERE m.rolname = ANY(%s) AND NOT m.rolsuper AND g.oid <> m.oid AND (g.rolsuper OR g.rolcreaterole"
        " OR g.rolname = ANY(%s)) ORDER BY 1, 2",
        list(wanted),
        [*wanted, "pg_write_all_data", "pg_write_server_files", "pg_execute_server_program"],
    ):
        faults.append(f"{member}: 是{of}的成员 is a member of {of}")
    return _unless(faults, "、".join(wanted), ", ".join(wanted))


@_check(
    "login",
    ("服务的登录", "the service's login"),
    (
        f"让服务以{WRITER}登录，迁移另用LIUHEN_OWNER_URL",
        f"let the service log in as {WRITER}, and migrate by LIUHEN_OWNER_URL",
    ),
)
def _login(examined: Examined) -> Verdict:
    name, acts_as, mighty = examined.rows(
        "SELECT session_user::text, current_user::text, rolsuper FROM pg_roles WHERE rolname = session_user"
    )[0]
    if acts_as != WRITER:
        return _verdict(State.FAILURE, f"{name}不能成为{WRITER}", f"{name} cannot become {WRITER}")
    if mighty or roles.may_become(examined.conn, OWNER):
        return _verdict(
            State.WARNING,
            f"{name}以{WRITER}行事，但可变回属主或超级用户",
            f"{name} acts as {WRITER}, but could become the owner or superuser again",
        )
    return _verdict(State.OK, name, name)


@_check(
    "owners",
    ("属主", "owners"),
    (f"用ALTER … OWNER TO {OWNER}归还", f"give them back by ALTER … OWNER TO {OWNER}"),
)
def _owners(examined: Examined) -> Verdict:
    found = examined.rows(
        "SELECT 'liuhen', pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = 'liuhen'"
        f" UNION ALL SELECT c.relname, pg_get_userbyid(c.relowner) {_RECORD}"
        " UNION ALL SELECT proname, pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = 'liuhen'::regnamespace"
    )
    return _unless((f"{name}: {owner}" for name, owner in found if owner != OWNER), OWNER, OWNER)


def _privileges(examined: Examined, role: str) -> dict[str, set[str]]:
    """What a role may do to each table of the record, or to columns of it, however it came by that."""
    return {
        table: set(held)
        for table, held in examined.rows(
            "SELECT c.relname::text, ARRAY(SELECT p FROM unnest(%s::text[]) p WHERE has_table_privilege(%s, c.oid, p)"
            " OR (p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(%s, c.oid, p)))"
            f" {_RECORD}",
            _PRIVILEGES,
            role,
            role,
        )
    }


def _differing(held: dict[str, set[str]], due: Callable[[str], set[str]]) -> list[str]:
    faults = []
    for table, privileges in sorted(held.items()):
        if more := sorted(privileges - due(table)):
            faults.append(f"{table}: 多出 too much {', '.join(more)}")
        if less := sorted(due(table) - privileges):
            faults.append(f"{table}: 缺少 lacks {', '.join(less)}")
    return faults


_GRANTS = (
    "多出的用REVOKE收回并查明是谁给的，缺少的用GRANT补上",
    "REVOKE what is too much and find out who gave it; GRANT what is lacking",
)


@_check("writer", ("写入角色的权限", "privileges of the writer"), _GRANTS)
def _writer(examined: Examined) -> Verdict:
    faults = _differing(_privileges(examined, WRITER), lambda table: {"SELECT", *roles.WRITER_WRITES.get(table, ())})
    if examined.value("SELECT has_schema_privilege(%s, 'liuhen', 'CREATE')", WRITER):
        faults.append("liuhen: 多出 too much CREATE")
    if not examined.value("SELECT has_database_privilege(%s, current_database(), 'CREATE')", WRITER):
        faults.append("database: 缺少 lacks CREATE")
    return _unless(faults, "只读记录，只写视图", "reads the record, writes the views only")


@_check("reader", ("只读角色的权限", "privileges of the reader"), _GRANTS)
def _reader(examined: Examined) -> Verdict:
    faults = _differing(
        _privileges(examined, READER), lambda table: set() if table in roles.READER_READS_NOT else {"SELECT"}
    )
    if examined.value("SELECT has_schema_privilege(%s, 'liuhen', 'CREATE')", READER):
        faults.append("liuhen: 多出 too much CREATE")
    return _unless(faults, "只读，不含请求键和人员密钥", "reads all but request keys and persons' keys")


@_check(
    "others",
    ("其他角色的权限", "privileges of others"),
    ("用REVOKE收回并查明是谁给的", "REVOKE them and find out who gave them"),
)
def _others(examined: Examined) -> Verdict:
    """Grants that are written down, to anybody and to everybody, and logins that may write whatever there is."""
    found = examined.rows(
        "SELECT coalesce(r.rolname, 'PUBLIC')::text, g.place, g.privilege FROM ("
        f"SELECT c.relname::text, a.grantee, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a {_OF_RECORD}"
        " UNION ALL SELECT c.relname || '.' || t.attname, a.grantee, a.privilege_type FROM pg_class c"
        f" JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a {_OF_RECORD}"
        " UNION ALL SELECT n.nspname, a.grantee, a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a"
        " WHERE n.nspname = 'liuhen'"
        " UNION ALL SELECT 'pg_write_all_data', r.oid, 'MEMBER' FROM pg_roles r WHERE r.rolcanlogin AND NOT r.rolsuper"
        " AND pg_has_role(r.oid, 'pg_write_all_data', 'USAGE')"
        ") AS g(place, grantee, privilege) LEFT JOIN pg_roles r ON r.oid = g.grantee"
        " WHERE g.privilege NOT IN ('SELECT', 'USAGE') AND coalesce(r.rolname, 'PUBLIC') <> ALL(%s) ORDER BY 1, 2, 3",
        [OWNER, WRITER, READER],
    )
    return _unless(
        (f"{who}: {place} {privilege}" for who, place, privilege in found),
        "除超级用户外，无人能写",
        "nobody but superusers can write",
    )


@_check(
    "triggers",
    ("触发器", "triggers"),
    (
        "查明是谁改动的；照迁移文件恢复并ENABLE ALWAYS",
        "find out who changed them; restore them from the migrations, ENABLE ALWAYS",
    ),
)
def _triggers(examined: Examined) -> Verdict:
    found = set(
        examined.rows(
            "SELECT c.relname::text, t.tgname::text, t.tgenabled::text, t.tgtype::int, t.tgfoid::regproc::text,"
            " t.tgqual IS NULL AND t.tgattr::text = '' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE c.relnamespace = 'liuhen'::regnamespace AND NOT t.tgisinternal"
        )
    )
    present = {trigger[:2] for trigger in found}
    wanted = {*_FINAL, _ERASING}
    due = {trigger[:2] for trigger in wanted}
    faults = [f"{table}: 缺少 lacks {name}" for table, name in sorted(due - present)]
    faults += [f"{table}: 多出 has besides {name}" for table, name in sorted(present - due)]
    faults += [
        f"{table}.{name}: 被停用或改动 disabled or changed ({', '.join(map(str, state))})"
        for table, name, *state in sorted(found - wanted)
        if (table, name) in due
    ]
    faults += [
        f"{table}: 多出规则 has the rule {rule}"
        for table, rule in examined.rows(
            "SELECT c.relname::text, w.rulename::text FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class"
            " WHERE c.relnamespace = 'liuhen'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1, 2"
        )
    ]
    return _unless(faults, "在位，始终启用", "they are in place, and always enabled")


@_check(
    "tables",
    ("表", "tables"),
    (
        "查明是谁改动的；照迁移文件恢复键，用ALTER TABLE … SET LOGGED恢复日志",
        "find out who changed them; restore the keys from the migrations, and ALTER TABLE … SET LOGGED",
    ),
)
def _tables(examined: Examined) -> Verdict:
    """The keys hold, and what is written outlives a crash."""
    held = set(
        examined.rows(
            "SELECT c.relname::text, (SELECT string_agg(t.attname, ', ' ORDER BY k.n) FROM unnest(o.conkey)"
            " WITH ORDINALITY AS k(attnum, n) JOIN pg_attribute t ON t.attrelid = c.oid AND t.attnum = k.attnum)"
            " FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_index i ON i.indexrelid = o.conindid"
            " WHERE c.relnamespace = 'liuhen'::regnamespace AND o.contype IN ('p', 'u') AND i.indisvalid"
            " AND NOT o.condeferrable"
        )
    )
    faults = [f"{table}: 缺少键 lacks the key ({columns})" for table, columns in sorted(_KEYS - held)]
    faults += [
        f"{table}: 不写日志，崩溃后为空 unlogged, empty after a crash"
        for (table,) in examined.rows(f"SELECT c.relname::text {_RECORD} AND c.relpersistence <> 'p' ORDER BY 1")
    ]
    return _unless(faults, "键齐全，崩溃后仍在", "all keys are there; what is written outlives a crash")


@_check(
    "functions",
    ("函数", "functions"),
    ("查明是谁改动的；照迁移文件恢复", "find out who changed them; restore them from the migrations"),
)
def _functions(examined: Examined) -> Verdict:
    due = functions_of(migrations.available())
    found = examined.rows(
        "SELECT p.proname::text, p.prosrc, p.prorettype = 'trigger'::regtype, p.prosecdef,"
        " %s = ANY(coalesce(p.proconfig, '{}')), ARRAY("
        "SELECT coalesce(r.rolname, 'PUBLIC')::text FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
        " LEFT JOIN pg_roles r ON r.oid = a.grantee)"
        " FROM pg_proc p WHERE p.pronamespace = 'liuhen'::regnamespace ORDER BY 1",
        _PINNED,
    )
    names = [row[0] for row in found]
    faults = [f"{name}: 缺少 missing" for name in sorted(set(due) - set(names))]
    faults += [f"{name}: 重载 overloaded" for name in sorted({n for n in names if names.count(n) > 1})]
    for name, body, is_trigger, definer, pinned, callers in found:
        if due.get(name) != body:
            faults.append(f"{name}: 函数体不同 another body")
        if definer == is_trigger:
            faults.append(f"{name}: SECURITY {'DEFINER' if definer else 'INVOKER'}")
        if not pinned:
            faults.append(f"{name}: 未固定search_path not pinned")
        may = {OWNER} if is_trigger else {OWNER, WRITER}
        faults += [f"{name}: {who} EXECUTE" for who in sorted(set(callers) - may)]
        faults += [f"{name}: {who}不能EXECUTE may not" for who in sorted(may - set(callers))]
    return _unless(faults, f"{len(found)}个，与迁移文件一致", f"{len(found)}, as in the migrations")


def functions_of(files: Iterable[migrations.Migration]) -> dict[str, str]:
    """Body by name of the functions of the record, as the migrations leave them."""
    bodies: dict[str, str] = {}
    for file in files:
        for match in _FUNCTION.finditer(file.sql):
            if match["dropped"]:
                bodies.pop(match["dropped"], None)
            else:
                bodies[match["made"]] = match["body"]
    return bodies


# Personal data.


@_check(
    "master_key",
    ("个人信息主密钥", "master key of personal data"),
    (
        "恢复原主密钥；文件权限设为0600。没有它，密封的个人信息都不能读",
        "bring the master key back, and chmod its file to 600; without it no sealed personal data can be read",
    ),
)
def _master_key(examined: Examined) -> Verdict:
    keys = MasterKeys(examined.settings)
    where = "LIUHEN_MASTER_KEY" if keys.from_environment else str(keys.file)
    try:
        held = [key.id for key in keys.load()]
        needed = {row[0] for row in examined.rows(_LIVING_KEYS, examined.settings.division)}
        for identity in sorted(needed):
            keys.named(identity)
    except MasterKeyError as error:
        return _verdict(State.FAILURE, str(error), str(error))
    if not held:
        return _verdict(State.OK, "首次密封时生成", "is made when it is needed first")
    return _verdict(State.OK, f"{where}：{held[0]}", f"{where}: {held[0]}")


_LIVING_KEYS = "SELECT master_key FROM liuhen.person_keys WHERE log_id = %s AND wrapped IS NOT NULL GROUP BY master_key"
_ROTATED = (
    "SELECT coalesce(max(position), 0) FROM liuhen.events WHERE log_id = %s AND topic = 'county.master_key_rotated'"
)


@_check(
    "personal_data",
    ("密封的个人信息", "sealed personal data"),
    (
        "密钥未销毁的：重启服务；触发条件不同的：照迁移文件恢复；旧备份仍可解封的：运行liuhen personal rotate",
        "restart the service (a key is left), restore the trigger, or run liuhen personal rotate (older backups)",
    ),
)
def _personal_data(examined: Examined) -> Verdict:
    log = examined.settings.division
    shown = examined.value(
        "SELECT string_agg(pg_get_triggerdef(oid), '') FROM pg_trigger WHERE tgname = 'erasures_destroy_keys'"
    )
    if shown is not None and _ERASING_WHEN not in shown:
        return _verdict(State.FAILURE, f"触发条件不同：{shown}", f"the trigger has another condition: {shown}")
    living, destroyed = examined.rows(
        "SELECT count(wrapped), count(destroyed_at) FROM liuhen.person_keys WHERE log_id = %s", log
    )[0]
    left: int = examined.value(
        "SELECT count(*) FROM liuhen.events e JOIN liuhen.person_keys k ON k.log_id = e.log_id"
        " AND k.person = (convert_from(e.state, 'UTF8')::jsonb #>> '{e,person}')::uuid"
        " WHERE e.log_id = %s AND e.topic = 'county.personal_data_erased' AND k.wrapped IS NOT NULL",
        log,
    )
    if left:
        return _verdict(State.FAILURE, f"{left}人已删除而密钥仍在", f"{left} persons are erased, but have a key")
    opened: int = examined.value(
        "SELECT count(*) FROM liuhen.events WHERE log_id = %s AND topic = 'county.personal_data_erased'"
        f" AND position > ({_ROTATED})",
        log,
        log,
    )
    zh, en = f"{living}人已密封，{destroyed}人已删除", f"{living} persons sealed, {destroyed} erased"
    if opened:
        return _verdict(
            State.WARNING,
            f"{zh}；其中{opened}人在更早的密钥备份中仍可解封",
            f"{en}, {opened} of which a copy of the keys from before still opens",
        )
    return _verdict(State.OK, zh, en)


# The record.

_TAMPERED = (
    "停止写入，保留现场，与备份和见证比对",
    "stop writing, keep everything as it is, and compare with backups and witnesses",
)


@_check("head", ("日志头", "heads of the logs"), _TAMPERED)
def _head(examined: Examined) -> Verdict:
    found = examined.rows(
        "SELECT coalesce(l.log_id, e.log_id), coalesce(l.position, 0), coalesce(e.last, 0) FROM liuhen.logs l"
        " FULL JOIN (SELECT log_id, max(position) AS last FROM liuhen.events GROUP BY log_id) e"
        " ON e.log_id = l.log_id ORDER BY 1"
    )
    faults = (f"{log}: 日志头 head {head} ≠ {last}" for log, head, last in found if head != last)
    shown = "、".join(f"{log}: {head}" for log, head, _ in found) or "–"
    return _unless(faults, shown, shown)


@_check("positions", ("位置", "positions"), _TAMPERED)
def _positions(examined: Examined) -> Verdict:
    found = examined.rows(
        "SELECT log_id, min(position), max(position), count(*) FROM liuhen.events GROUP BY log_id ORDER BY log_id"
    )
    faults = (
        f"{log}: {first}–{last}只有{count}个事件 holds {count} events"
        for log, first, last, count in found
        if (first, last) != (1, count)
    )
    total = sum(row[3] for row in found)
    return _unless(faults, f"{total}个事件，没有空缺", f"{total} events without a gap")


@_check("stream_heads", ("各流的版本", "versions of the streams"), _TAMPERED)
def _stream_heads(examined: Examined) -> Verdict:
    found = examined.rows(
        "SELECT coalesce(h.log_id, e.log_id), coalesce(h.stream_id, e.stream_id)::text, h.version, e.last, e.count,"
        " h.kind, e.kinds FROM liuhen.stream_heads h FULL JOIN ("
        "SELECT log_id, stream_id, max(stream_version) AS last, count(*), CASE WHEN min(stream_kind) = max(stream_kind)"
        " THEN min(stream_kind) ELSE min(stream_kind) || ', ' || max(stream_kind) END AS kinds"
        " FROM liuhen.events GROUP BY log_id, stream_id) e ON e.log_id = h.log_id AND e.stream_id = h.stream_id"
        " WHERE h.version IS DISTINCT FROM e.last OR e.last <> e.count OR h.kind IS DISTINCT FROM e.kinds"
        " ORDER BY 1, 2 LIMIT 5"
    )
    faults = (
        f"{log} {stream}: 头 head {head} {kind}, 末版 last {last}, 事件 events {count} {kinds}"
        for log, stream, head, last, count, kind, kinds in found
    )
    return _unless(faults, "与事件一致，没有空缺", "agree with the events, without a gap")


@_check("recorded_at", ("记录时间", "recorded times"), _TAMPERED)
def _recorded_at(examined: Examined) -> Verdict:
    found = examined.rows(
        "SELECT log_id, position FROM (SELECT log_id, position, recorded_at, lag(recorded_at)"
        " OVER (PARTITION BY log_id ORDER BY position) AS before FROM liuhen.events) e WHERE recorded_at < before"
        " UNION ALL SELECT e.log_id, e.position FROM liuhen.events e JOIN liuhen.logs l"
        " ON l.log_id = e.log_id AND l.position = e.position WHERE e.recorded_at > l.recorded_at"
        " ORDER BY 1, 2 LIMIT 5"
    )
    return _unless(
        (f"{log}: {position}" for log, position in found),
        "从不倒退，不晚于日志头",
        "never go back, and are not after the head's",
    )


@_check("requests", ("请求键", "request keys"), _TAMPERED)
def _requests(examined: Examined) -> Verdict:
    found = examined.rows(
        "SELECT log_id, count(*) FROM liuhen.requests r WHERE last_position < first_position OR NOT EXISTS ("
        "SELECT FROM liuhen.events e WHERE e.log_id = r.log_id AND e.position = r.first_position) OR NOT EXISTS ("
        "SELECT FROM liuhen.events e WHERE e.log_id = r.log_id AND e.position = r.last_position)"
        " GROUP BY log_id ORDER BY log_id"
    )
    faults = (f"{log}: {count}个指向不存在的事件 point at no event" for log, count in found)
    return _unless(faults, "都指向已记录的事件", "all point at recorded events")


# The verifiable log.


@_check(
    "tree",
    ("可验证日志", "verifiable log"),
    (
        "不要再签署，保留现场，运行liuhen audit查明首个不同之处，与备份和见证方核对",
        "sign no more, keep everything as it is, find the first difference by liuhen audit, ask backups and witnesses",
    ),
)
def _tree(examined: Examined) -> Verdict | None:
    log_id, folder = examined.settings.division, examined.settings.data_dir
    tree = tree_of(examined.conn, log_id)
    kept = KeptCheckpoint(kept_path(folder, log_id)).read()
    if tree is None:
        if kept is None or not kept.size:
            return None  # Nothing was ever signed.
        zh, en = (
            f"本机已签署过{kept.size}个事件的树，数据库里却没有。{WAY_ON.zh}",
            f"a tree of {kept.size} was signed, there is none; {WAY_ON.en}",
        )
        return _verdict(State.FAILURE, zh, en)
    try:
        edge = check_agreement(examined.conn, log_id, tree, operator_verifiers(folder, log_id, tree.origin), kept)
    except TreeDisagreesError as error:
        return _verdict(State.FAILURE, error.text.zh, error.text.en)
    except (FormatError, KeyFileError) as error:
        return _verdict(State.FAILURE, str(error), str(error))
    return _verdict(
        State.OK,
        f"{edge.size}片叶，右缘与事件和检查点一致",
        f"{edge.size} leaves; right edge, events, checkpoint agree",
    )


UNSIGNED_SECONDS = 10.0
"""Age of an event that is not in the tree from which on something is wrong."""


@_check(
    "sequencer",
    ("定序", "sequencer"),
    (
        "启动服务；若已在运行，查看/readyz与日志中的原因",
        "start the service; if it runs, see /readyz and its log for why",
    ),
)
def _sequencer(examined: Examined) -> Verdict | None:
    standing = standing_of(examined.conn, examined.settings.division)
    if standing is None:
        return None
    zh, en = ("在签署", "signing") if standing.active else ("无进程在签署", "no process is signing")
    late = standing.lag_seconds > UNSIGNED_SECONDS
    return _verdict(
        State.WARNING if late else State.OK,
        f"{zh}；最早的未入树事件已{standing.lag_seconds:.0f}秒",
        f"{en}; the oldest event that is not in the tree is {standing.lag_seconds:.0f} s old",
    )
