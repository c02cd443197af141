-- Where followers stand that keep their position under the event-sourcing library's contract. The writer moves it in
-- the transaction of what it makes of the events, so each event counts once; it is the follower's, not the record's.

CREATE TABLE liuhen.tracking (
    log_id integer NOT NULL,
    follower text NOT NULL,
    application text NOT NULL,
    position bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log_id, follower, application)
) WITH (fillfactor = 70);
COMMENT ON TABLE liuhen.tracking IS 'The last position that a follower has dealt with, of each application it follows.';

GRANT INSERT, UPDATE ON liuhen.tracking TO liuhen_writer;
