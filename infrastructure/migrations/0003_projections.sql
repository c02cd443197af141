-- Where each projection stands. Its row lock makes exactly one worker active per projection and log.

CREATE TABLE liuhen.projections (
    log_id integer NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log_id, name, version)
) WITH (fillfactor = 70);
