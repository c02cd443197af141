-- Who is sent what is recorded, how far each has got, and what could not be delivered. No record: the log is. Secrets are
-- not here: they are derived from the master key, so that a copy of the database signs nothing.

CREATE TABLE liuhen.webhooks (
    log_id integer NOT NULL,
    id uuid NOT NULL,
    account text NOT NULL,
    holder jsonb NOT NULL,
    url text NOT NULL,
    topics text[] NOT NULL DEFAULT '{}',
    streams uuid[] NOT NULL DEFAULT '{}',
    secret integer NOT NULL DEFAULT 1,
    former_until timestamptz,
    standing text NOT NULL DEFAULT 'ACTIVE' CHECK (standing IN ('ACTIVE', 'PAUSED', 'REMOVED')),
    why text NOT NULL DEFAULT '',
    position bigint NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    next_try timestamptz NOT NULL DEFAULT 'epoch',
    last_error text NOT NULL DEFAULT '',
    delivered bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log_id, id)
);
COMMENT ON COLUMN liuhen.webhooks.holder IS 'As whom it is shown events: account, organisation and roles when it was set up.';
COMMENT ON COLUMN liuhen.webhooks.position IS 'Everything up to here was delivered, is undelivered, or is not for it.';
COMMENT ON COLUMN liuhen.webhooks.former_until IS 'Until when deliveries are signed with the secret before this one, too.';
CREATE INDEX webhooks_of_an_account ON liuhen.webhooks (log_id, account);

CREATE TABLE liuhen.undelivered (
    log_id integer NOT NULL,
    webhook uuid NOT NULL,
    position bigint NOT NULL,
    tries integer NOT NULL,
    error text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log_id, webhook, position),
    FOREIGN KEY (log_id, webhook) REFERENCES liuhen.webhooks
);
COMMENT ON TABLE liuhen.undelivered IS 'Events that a receiver refused. They wait until its owner has them sent again or gives them up.';

REVOKE ALL ON liuhen.webhooks, liuhen.undelivered FROM liuhen_reader;
GRANT INSERT, UPDATE ON liuhen.webhooks TO liuhen_writer;
GRANT INSERT, DELETE ON liuhen.undelivered TO liuhen_writer;
