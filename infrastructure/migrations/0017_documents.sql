-- Which papers were handed in, by the digest of their content: what they are, and who handed them in when. Only added to;
-- the papers themselves are in the document store, and what they prove is said by the events that name them.

CREATE TABLE liuhen.documents (
    log_id integer NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    account text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    media_type text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log_id, sha256, account)
);
COMMENT ON TABLE liuhen.documents IS 'Papers in the document store, by digest, and each account that handed one in. Only added to.';

CREATE TRIGGER documents_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON liuhen.documents
    FOR EACH STATEMENT EXECUTE FUNCTION liuhen.refuse_change();
ALTER TABLE liuhen.documents ENABLE ALWAYS TRIGGER documents_are_final;

REVOKE ALL ON liuhen.documents FROM liuhen_reader;
GRANT INSERT ON liuhen.documents TO liuhen_writer;
