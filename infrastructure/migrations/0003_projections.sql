-- Where each projection stands. Its row lock makes exactly one worker active per projection and log.

CREATE TABLE liuhen.projections (
    log_id integer NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    tables_sha256 text NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log_id, name, version)
) WITH (fillfactor = 70);
COMMENT ON COLUMN liuhen.projections.tables_sha256 IS 'Digest of the SQL that made the tables: other tables are made and filled anew.';
