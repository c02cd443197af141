-- Files of acts that are being recorded row by row, and what came of each row. No record: the log is. File and answers are
-- sealed under a key derived from the master key, since a sender's file may name persons; they go after their time.

CREATE TABLE liuhen.import_jobs (
    log_id integer NOT NULL,
    id uuid NOT NULL,
    account text NOT NULL,
    request_key text NOT NULL,
    fingerprint text NOT NULL,
    holder jsonb NOT NULL,
    file_name text NOT NULL,
    language text NOT NULL,
    master_key text NOT NULL,
    content bytea,
    total integer NOT NULL CHECK (total > 0),
    position bigint NOT NULL,
    state text NOT NULL DEFAULT 'QUEUED' CHECK (state IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED')),
    why text NOT NULL DEFAULT '',
    done integer NOT NULL DEFAULT 0 CHECK (done BETWEEN 0 AND total),
    counts jsonb NOT NULL DEFAULT '{}',
    lease_until timestamptz NOT NULL DEFAULT 'epoch',
    runner uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (log_id, id),
    UNIQUE (log_id, account, request_key)
);
COMMENT ON COLUMN liuhen.import_jobs.holder IS 'As whom its rows are recorded; looked at again before each chunk.';
COMMENT ON COLUMN liuhen.import_jobs.position IS 'Where the log stood when it was sent: what its rows name from before was recorded earlier.';
COMMENT ON COLUMN liuhen.import_jobs.lease_until IS 'Until when its runner has it for itself. A runner that died is succeeded then.';
CREATE INDEX import_jobs_to_run ON liuhen.import_jobs (log_id, created_at) WHERE state IN ('QUEUED', 'RUNNING');

CREATE TABLE liuhen.import_chunks (
    log_id integer NOT NULL,
    job uuid NOT NULL,
    first_row integer NOT NULL,
    answers bytea NOT NULL,
    PRIMARY KEY (log_id, job, first_row),
    FOREIGN KEY (log_id, job) REFERENCES liuhen.import_jobs
);
COMMENT ON TABLE liuhen.import_chunks IS 'What came of the rows of an import, in the order of its rows: written with its progress, once.';

REVOKE ALL ON liuhen.import_jobs, liuhen.import_chunks FROM liuhen_reader;
GRANT INSERT, UPDATE ON liuhen.import_jobs TO liuhen_writer;
GRANT INSERT, DELETE ON liuhen.import_chunks TO liuhen_writer;
