-- Several builds of a view may stand beside each other: the one that is read, one that is being filled or built anew,
-- and one that was replaced. Events that a view could not take in are parked, and skipped only with a reason.

ALTER TABLE liuhen.projections
    ADD COLUMN build integer NOT NULL DEFAULT 1,
    ADD COLUMN standing text NOT NULL DEFAULT 'LIVE'
        CHECK (standing IN ('LIVE', 'FILLING', 'BUILDING', 'RETIRED')),
    ADD COLUMN began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN retired_at timestamptz,
    ADD COLUMN worker text NOT NULL DEFAULT '',
    DROP CONSTRAINT projections_pkey,
    ADD PRIMARY KEY (log_id, name, version, build);
COMMENT ON COLUMN liuhen.projections.standing IS
    'LIVE: is read. FILLING: will be, once it has reached the end of the log. BUILDING: is made beside a live one. RETIRED: was replaced.';
COMMENT ON COLUMN liuhen.projections.worker IS 'Host and process that moved it last.';
-- The pointer to the build that is read: one, always.
CREATE UNIQUE INDEX projections_read ON liuhen.projections (log_id, name, version) WHERE standing IN ('LIVE', 'FILLING');

CREATE TABLE liuhen.parked (
    log_id integer NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    build integer NOT NULL,
    position bigint NOT NULL,
    stream_kind text NOT NULL,
    stream_id uuid NOT NULL,
    topic text NOT NULL,
    behind bigint,
    error text NOT NULL DEFAULT '',
    tries integer NOT NULL DEFAULT 0,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    tried_at timestamptz,
    PRIMARY KEY (log_id, name, version, build, position)
);
COMMENT ON TABLE liuhen.parked IS 'Events that a view could not take in, and what follows them in their streams. They wait to be retried.';
COMMENT ON COLUMN liuhen.parked.behind IS 'Position of the event of the same stream that it waits behind; null for that event itself.';

CREATE TABLE liuhen.discarded (
    log_id integer NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    build integer NOT NULL,
    position bigint NOT NULL,
    stream_id uuid NOT NULL,
    topic text NOT NULL,
    error text NOT NULL,
    discarded_by text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    discarded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log_id, name, version, build, position)
);
COMMENT ON TABLE liuhen.discarded IS 'Parked events that somebody decided a view shall do without: who, when and why. Only added to.';

GRANT INSERT, UPDATE, DELETE ON liuhen.parked TO liuhen_writer;
GRANT INSERT ON liuhen.discarded TO liuhen_writer;
