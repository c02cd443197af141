-- Keys of natural persons, each wrapped by the master key, which is never in the database. Not a record: a key is
-- destroyed together with the event that says so, in one transaction, and what remains of it is the day.

CREATE TABLE liuhen.master_keys (
    log_id integer PRIMARY KEY,
    master_key text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE liuhen.master_keys IS 'Which master key wraps the keys of the persons of a log: its identity, not the key.';

CREATE TABLE liuhen.person_keys (
    log_id integer NOT NULL,
    person uuid NOT NULL,
    suite text NOT NULL,
    master_key text NOT NULL,
    wrapped bytea,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    PRIMARY KEY (log_id, person),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
COMMENT ON TABLE liuhen.person_keys IS 'Keys of natural persons, wrapped. A destroyed one keeps its row, so that it is never made again.';
REVOKE ALL ON liuhen.person_keys, liuhen.master_keys FROM liuhen_reader;

-- Whether an erasure is complete must not take a look at every event.
CREATE INDEX erasures ON liuhen.events (log_id, position) WHERE topic = 'county.personal_data_erased';

CREATE FUNCTION liuhen.destroy_erased_key() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, liuhen, pg_temp AS $$
BEGIN
    INSERT INTO liuhen.person_keys AS k (log_id, person, suite, master_key, destroyed_at)
        VALUES (NEW.log_id, (convert_from(NEW.state, 'UTF8')::jsonb #>> '{e,person}')::uuid, '', '', NEW.recorded_at)
        ON CONFLICT (log_id, person) DO UPDATE
            SET wrapped = NULL, destroyed_at = coalesce(k.destroyed_at, excluded.destroyed_at);
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION liuhen.destroy_erased_key() FROM liuhen_writer;

-- However the event comes in (by the service, by an import, by replication): with it goes the key.
CREATE TRIGGER erasures_destroy_keys AFTER INSERT ON liuhen.events
    FOR EACH ROW WHEN (NEW.topic = 'county.personal_data_erased') EXECUTE FUNCTION liuhen.destroy_erased_key();
ALTER TABLE liuhen.events ENABLE ALWAYS TRIGGER erasures_destroy_keys;

-- The key of a person: the one that is there, else the given one, if it may be made. `wrapped` is null when it is
-- destroyed; no row when there is none. The master key in use is locked, so that no key is made beside a change of it.
CREATE FUNCTION liuhen.keep_person_key(p_log integer, p_person uuid, p_suite text, p_master_key text, p_wrapped bytea)
RETURNS TABLE (suite text, master_key text, wrapped bytea) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, liuhen, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_current text;
BEGIN
    INSERT INTO liuhen.master_keys (log_id, master_key) VALUES (p_log, p_master_key) ON CONFLICT DO NOTHING;
    SELECT m.master_key INTO v_current FROM liuhen.master_keys m WHERE m.log_id = p_log FOR SHARE;
    IF v_current = p_master_key THEN
        INSERT INTO liuhen.person_keys (log_id, person, suite, master_key, wrapped)
            VALUES (p_log, p_person, p_suite, p_master_key, p_wrapped) ON CONFLICT DO NOTHING;
    END IF;
    RETURN QUERY SELECT k.suite, k.master_key, k.wrapped FROM liuhen.person_keys k
        WHERE k.log_id = p_log AND k.person = p_person;
END
$$;

-- Erasures that are recorded while a key is there nevertheless: after the table of keys was restored from a backup.
CREATE FUNCTION liuhen.complete_erasures(p_log integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, liuhen, pg_temp AS $$
DECLARE
    v_count integer;
BEGIN
    INSERT INTO liuhen.person_keys AS k (log_id, person, suite, master_key, destroyed_at)
        SELECT e.log_id, (convert_from(e.state, 'UTF8')::jsonb #>> '{e,person}')::uuid, '', '', min(e.recorded_at)
        FROM liuhen.events e WHERE e.log_id = p_log AND e.topic = 'county.personal_data_erased' GROUP BY 1, 2
        ON CONFLICT (log_id, person) DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at
            WHERE k.wrapped IS NOT NULL;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;

-- Put the keys of all persons under another master key, all or none. False, and nothing done, when the master key in
-- use is not the one given; an error that asks to try again when the keys given are not all there are.
CREATE FUNCTION liuhen.rewrap_person_keys(
    p_log integer, p_before text, p_after text, p_persons uuid[], p_wrapped bytea[]
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, liuhen, pg_temp AS $$
BEGIN
    PERFORM FROM liuhen.master_keys m WHERE m.log_id = p_log AND m.master_key = p_before FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE liuhen.person_keys k SET wrapped = n.wrapped, master_key = p_after
        FROM unnest(p_persons, p_wrapped) AS n(person, wrapped)
        WHERE k.log_id = p_log AND k.person = n.person AND k.wrapped IS NOT NULL;
    IF EXISTS (
        SELECT FROM liuhen.person_keys k
        WHERE k.log_id = p_log AND k.wrapped IS NOT NULL AND k.master_key <> p_after
    ) THEN
        RAISE EXCEPTION 'a key was made meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
    UPDATE liuhen.master_keys m SET master_key = p_after, since = clock_timestamp() WHERE m.log_id = p_log;
    RETURN true;
END
$$;
