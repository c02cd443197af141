-- Who read what: one row per read of records, and one where a process began and ended to write them. Only added to. What
-- was shown is not here, and of persons nothing but account and identity.

CREATE TABLE liuhen.reads (
    log_id integer NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    process uuid NOT NULL,
    entry bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('BEGUN', 'READ', 'ENDED')),
    read_at timestamptz NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    account text,
    person text,
    roles text[] NOT NULL,
    request_id text,
    route text,
    object text,
    status integer,
    purpose text,
    PRIMARY KEY (log_id, number),
    UNIQUE (log_id, process, entry)
);
COMMENT ON TABLE liuhen.reads IS 'Who read what, when. Only added to.';
COMMENT ON COLUMN liuhen.reads.entry IS 'Counted by the process without gaps: a batch whose answer was lost is written again and counts once.';
COMMENT ON COLUMN liuhen.reads.kind IS 'BEGUN without ENDED: the process was killed, and what it had not yet written is lost.';
CREATE INDEX reads_of_an_account ON liuhen.reads (log_id, account, number);
CREATE INDEX reads_of_an_object ON liuhen.reads (log_id, object, number);

CREATE TRIGGER reads_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON liuhen.reads
    FOR EACH STATEMENT EXECUTE FUNCTION liuhen.refuse_change();
ALTER TABLE liuhen.reads ENABLE ALWAYS TRIGGER reads_are_final;
REVOKE ALL ON liuhen.reads FROM liuhen_reader;

CREATE FUNCTION liuhen.record_reads(p_log_id integer, p_process uuid, p_rows jsonb) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, liuhen, pg_temp AS $$
    WITH added AS (
        INSERT INTO liuhen.reads (log_id, process, entry, kind, read_at, account, person, roles, request_id, route, object,
                                  status, purpose)
        SELECT p_log_id, p_process, r.entry, r.kind, r.read_at, r.account, r.person, r.roles, r.request_id, r.route,
               r.object, r.status, r.purpose
        FROM jsonb_to_recordset(p_rows) AS r(entry bigint, kind text, read_at timestamptz, account text, person text,
             roles text[], request_id text, route text, object text, status integer, purpose text)
        ORDER BY r.entry
        ON CONFLICT (log_id, process, entry) DO NOTHING
        RETURNING 1
    )
    SELECT count(*) FROM added
$$;
