"""设置 Every setting, from the environment with the prefix LIUHEN_. docs/settings.md is written from this file."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from infrastructure.documents import kinds
from infrastructure.tlog.text_forms import FormatError
from infrastructure.tlog.witness_list import KnownWitness, known_witnesses
from infrastructure.webhooks.targets import Targets

_SHORTEST_KEY = 32
"""Characters of a key that is given as a text."""


class Settings(BaseSettings):
    """The settings of a deployment."""

    model_config = SettingsConfigDict(env_prefix="LIUHEN_", extra="ignore")

    host: str = Field(default="127.0.0.1", description="监听地址 address that the service listens on")
    port: int = Field(default=8370, ge=0, le=65535, description="监听端口 port that the service listens on")
    data_dir: Path = Field(
        default=Path(".liuhen"), description="数据目录 embedded database, keys and logs; kept between runs"
    )
    database_url: str | None = Field(
        default=None,
        description="PostgreSQL ≥ 15的连接串；留空则用内嵌数据库 external server instead of the embedded one",
    )
    owner_url: str | None = Field(
        default=None,
        description="迁移外部数据库用的连接串；留空则用LIUHEN_DATABASE_URL login that migrates an external database",
    )
    division: int = Field(
        default=370323,
        ge=100000,
        le=999999,
        description="日志标识：县的行政区划代码 the log's id, a county's division code",
    )
    divisions_file: Path | None = Field(
        default=None, description="行政区划表（CSV）；留空则只用淄博市的代码 division codes of the whole country"
    )
    rule_sets_dir: Path | None = Field(
        default=None, description="另加的规则集目录（TOML） folder of further rule sets, one file each"
    )
    flag_rules_file: Path | None = Field(
        default=None, description="替换疑点规则的文件（TOML） flag rules that replace those of the same id"
    )
    holidays_file: Path | None = Field(
        default=None, description="另加的节假日安排（TOML） further years of holidays and worked weekend days"
    )
    schemes_dir: Path | None = Field(
        default=None, description="另加的评价方案目录（TOML） folder of further evaluation schemes, one file each"
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="个人信息主密钥：32字节的base64，可多个，新的在前；留空则用文件 master key of personal data",
    )
    master_key_file: Path | None = Field(
        default=None,
        description="主密钥文件（0600）；留空则为数据目录中的keys/master.key，首次需要时生成 file of the master key",
    )
    sealing_suite: Literal["AES-256-GCM", "SM4-GCM"] = Field(
        default="AES-256-GCM", description="新密封个人信息的密码套件 cipher suite of newly sealed personal data"
    )
    cursor_key: SecretStr | None = Field(
        default=None,
        description="列表游标的签名密钥，空格分隔，新的在前；留空则由主密钥导出 keys that sign cursors of lists",
    )
    pool_size: int = Field(
        default=8,
        ge=2,
        le=200,
        description="连接数上限，账本与视图各一池 largest number of connections of each pool: ledger, views",
    )
    workers: int = Field(
        default=1, ge=1, le=64, description="答复请求的工作进程数 processes that answer requests, on one port"
    )
    rate_limit: int = Field(
        default=12_000,
        ge=0,
        le=1_000_000,
        description="每账户每分钟请求数上限，各进程各计，0为不限 requests a minute per account and process",
    )
    tls: bool = Field(
        default=False,
        description="客户经TLS（如反向代理）访问，答复带HSTS clients come by TLS, so answers carry HSTS",
    )
    proxies: str = Field(
        default="",
        description="前置代理的地址或网段，空格分隔；只信它们的X-Forwarded-For proxies that are believed",
    )
    most_requests: int = Field(
        default=256,
        ge=1,
        le=100_000,
        description="同时处理的请求数上限，超过的答复503并请稍后重试 requests worked on at once; more are answered 503",
    )
    most_streams: int = Field(
        default=100,
        ge=0,
        le=10_000,
        description="每个进程同时推送的变更流数上限 streams of the feed that a process keeps open at once",
    )
    webhook_hosts: str = Field(
        default="",
        description="可送达网络钩子的主机（名称、*.名称、名称:端口），空格分隔；留空则不送 hosts for webhooks",
    )
    webhook_networks: str = Field(
        default="",
        description="上述主机可在其中的非公网网段，空格分隔 networks that are not public where these hosts may be",
    )
    webhook_ca_file: Path | None = Field(
        default=None, description="验证接收方证书的CA（PEM）；留空则用系统的 certificates that receivers are checked by"
    )
    document_store: str | None = Field(
        default=None,
        description="材料库：目录，或s3://桶/前缀（附加组件s3）；留空则为数据目录中的documents where papers are kept",
    )
    document_s3_endpoint: str | None = Field(
        default=None, description="S3兼容服务的地址；凭据用AWS环境变量 address of an S3-compatible service"
    )
    document_most_bytes: int = Field(
        default=50 * 1024 * 1024, ge=1, le=5 * 1024**3, description="一件材料的字节数上限 largest paper, bytes"
    )
    document_kinds: str = Field(
        default=" ".join(kinds.KNOWN), description="接收的材料类型，空格分隔 media types of papers that are taken"
    )
    page: int = Field(default=500, ge=1, le=10_000, description="投影每批事件数 events that a projection takes at once")
    views_in_server: bool = Field(
        default=True,
        description="服务进程是否更新视图；否则另行运行liuhen worker does the server keep the views",
    )
    views_apart: bool = Field(
        default=False,
        description="只有一个工作进程时，视图与签署也由另一进程承担 views and signing apart from one worker, too",
    )
    stall_seconds: float = Field(
        default=30.0,
        gt=0,
        le=3600,
        description="视图落后且不前进多少秒算停滞 seconds after which a view behind and not moving counts as stalled",
    )
    poll_seconds: float = Field(
        default=1.0, gt=0, le=60, description="投影轮询间隔上限，秒 longest wait of a projection for news, seconds"
    )
    issuers_file: Path | None = Field(
        default=None,
        description="外部签发方（OIDC、OAuth 2.0）的配置（TOML） issuers whose tokens are accepted (docs/identity.md)",
    )
    token_days: int = Field(
        default=90, ge=1, le=366, description="本机签发令牌的有效天数 validity of tokens issued here, days"
    )
    log_suite: Literal["sha256-ed25519", "sm3-sm2"] = Field(
        default="sha256-ed25519",
        description="可验证日志的密码套件，只在日志建立时有效 suite of the verifiable log, used when the log is made",
    )
    log_origin: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^[^\s+]+$",
        description="日志名称，建立时定；缺省liuhen.local/log/区划代码 the log's name, used when it is made",
    )
    log_signing: Literal["process", "thread"] = Field(
        default="process",
        description="在单独的进程还是服务的线程中签署日志 sign the log in a process of its own, or in a thread",
    )
    log_public: bool = Field(
        default=True,
        description="检查点、瓦片与证明不用令牌即可读取 checkpoints, tiles and proofs are read without a token",
    )
    witnesses: str = Field(
        default="",
        description="见证：空格分隔的“公钥=地址”，自取者只写公钥 witnesses: vkey=address or vkey, by blanks",
    )
    witnesses_required: int = Field(
        default=0, ge=0, description="检查点至少须由几个见证附署 how many witnesses must have cosigned a checkpoint"
    )
    log_level: str = Field(default="INFO", description="日志级别 log level")
    telemetry: str | None = Field(
        default=None,
        max_length=500,
        description="OpenTelemetry接收方（OTLP/HTTP）地址，如http://127.0.0.1:4318，须有附加组件telemetry；留空则不送"
        " where spans are sent",
    )
    telemetry_share: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="追踪的请求所占的份额；来时已决定的从其决定 share of requests traced, unless the caller decided",
    )

    @property
    def origin(self) -> str:
        """The name of the log in checkpoints, where none is kept with it yet."""
        return self.log_origin or f"liuhen.local/log/{self.division}"

    @property
    def known_witnesses(self) -> tuple[KnownWitness, ...]:
        """The witnesses that are relied on."""
        return known_witnesses(self.witnesses)

    @field_validator("witnesses")
    @classmethod
    def _of_witnesses(cls, value: str) -> str:
        try:
            known_witnesses(value)
        except FormatError as error:
            raise ValueError(str(error)) from error
        return value

    @field_validator("cursor_key")
    @classmethod
    def _not_to_be_guessed(cls, value: SecretStr | None) -> SecretStr | None:
        keys = value.get_secret_value().split() if value is not None else []
        if value is not None and (not keys or min(map(len, keys)) < _SHORTEST_KEY):
            raise ValueError(f"每个密钥至少{_SHORTEST_KEY}个字符 each key has at least {_SHORTEST_KEY} characters")
        return value

    @field_validator("witnesses_required")
    @classmethod
    def _not_more_than_there_are(cls, value: int, info: ValidationInfo) -> int:
        most = len(known_witnesses(info.data.get("witnesses", "")))
        if value > most and "witnesses" in info.data:
            raise ValueError(f"LIUHEN_WITNESSES只列出{most}个见证 LIUHEN_WITNESSES lists {most}")
        return value

    @field_validator("proxies")
    @classmethod
    def _of_addresses(cls, value: str) -> str:
        for entry in value.split():
            ip_network(entry)
        return value

    @field_validator("webhook_networks")
    @classmethod
    def _of_webhooks(cls, value: str, info: ValidationInfo) -> str:
        Targets(info.data.get("webhook_hosts", ""), value)
        return value

    @field_validator("document_kinds")
    @classmethod
    def _of_documents(cls, value: str) -> str:
        if unknown := sorted(set(value.split()) - set(kinds.KNOWN)):
            raise ValueError(f"不认识的类型 unknown: {', '.join(unknown)}")
        return value

    @field_validator("telemetry")
    @classmethod
    def _of_a_receiver(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "http://none")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("须为http或https地址 it must be an address of http or https")
        if parts.username is not None or parts.password is not None:
            raise ValueError("凭据用OTEL_EXPORTER_OTLP_HEADERS give credentials by OTEL_EXPORTER_OTLP_HEADERS")
        return value or None

    @field_validator("owner_url")
    @classmethod
    def _of_an_external_database(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and not info.data.get("database_url"):
            raise ValueError("须与LIUHEN_DATABASE_URL同设 needs LIUHEN_DATABASE_URL: it migrates that database")
        return value
