-- The record. Every key starts with the log's id: one log per county, so that a deployment may hold several.

CREATE TABLE liuhen.logs (
    log_id integer PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON TABLE liuhen.logs IS 'Head of each log. Its row lock orders the saves: positions are contiguous and in commit order.';

CREATE TABLE liuhen.events (
    log_id integer NOT NULL,
    position bigint NOT NULL,
    stream_id uuid NOT NULL,
    stream_version integer NOT NULL CHECK (stream_version > 0),
    stream_kind text NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (log_id, position),
    UNIQUE (log_id, stream_id, stream_version)
);
COMMENT ON COLUMN liuhen.events.state IS 'The exact stored bytes: JSON of circumstances and event. Never re-serialised.';
COMMENT ON COLUMN liuhen.events.recorded_at IS 'Clock of the database (UTC), never going back within a log.';

CREATE TABLE liuhen.stream_heads (
    log_id integer NOT NULL,
    stream_id uuid NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (log_id, stream_id)
) WITH (fillfactor = 70);

CREATE TABLE liuhen.requests (
    log_id integer NOT NULL,
    client text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    first_position bigint NOT NULL,
    last_position bigint NOT NULL,
    PRIMARY KEY (log_id, client, key)
);
COMMENT ON TABLE liuhen.requests IS 'Which events a request recorded: written with them, so a repeated request records nothing twice.';

CREATE FUNCTION liuhen.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: recorded events are never changed', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER events_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON liuhen.events
    FOR EACH STATEMENT EXECUTE FUNCTION liuhen.refuse_change();
CREATE TRIGGER requests_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON liuhen.requests
    FOR EACH STATEMENT EXECUTE FUNCTION liuhen.refuse_change();
