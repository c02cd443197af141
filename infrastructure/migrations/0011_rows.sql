-- Many requests in one save: the rows of a batch that somebody sent. All of it is recorded or nothing, and each row's
-- key names that row's own events.

-- p_firsts and p_lasts are the places of a row's first and last event among the events, from 0. Not recorded is told in
-- `unaccepted` as by liuhen.append_batch: [[0, "moved", 0, 0]], or one entry per row whose key was used before, with the
-- row's number from 0: "repeated", with the positions of what it recorded, or "reused".
CREATE FUNCTION liuhen.append_rows(
    p_log integer, p_writer uuid, p_batch bigint,
    p_streams uuid[], p_versions integer[], p_kinds text[], p_topics text[], p_states bytea[],
    p_guards uuid[], p_guard_versions integer[],
    p_clients text[], p_keys text[], p_fingerprints text[], p_firsts integer[], p_lasts integer[],
    OUT first_position bigint, OUT recorded timestamptz, OUT unaccepted text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, liuhen, pg_temp
AS $$
DECLARE
    v_known boolean;
BEGIN
    IF (cardinality(p_keys) = ALL (ARRAY[cardinality(p_clients), cardinality(p_fingerprints),
                                         cardinality(p_firsts), cardinality(p_lasts)])
        AND NOT EXISTS (SELECT FROM unnest(p_firsts, p_lasts) AS r(first, last)
                        WHERE (0 <= r.first AND r.first <= r.last AND r.last < cardinality(p_streams)) IS NOT TRUE)
       ) IS NOT TRUE THEN
        RAISE EXCEPTION 'the rows do not fit their events' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- Under the lock that the batch takes as well: what is not known now is not known until the commit.
    PERFORM FROM liuhen.logs l WHERE l.log_id = p_log FOR UPDATE;
    SELECT EXISTS (
        SELECT FROM unnest(p_clients, p_keys) AS r(client, key)
        CROSS JOIN LATERAL (
            SELECT FROM liuhen.requests q WHERE q.log_id = p_log AND q.client = r.client AND q.key = r.key OFFSET 0
        ) k
    ) INTO v_known;

    -- With a known key there is nothing to record. Or this batch itself was recorded before and its answer lost: then
    -- its outcome comes back, whatever is sent now.
    IF v_known THEN
        SELECT b.* INTO first_position, recorded, unaccepted
        FROM liuhen.append_batch(p_log, p_writer, p_batch, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
                                 '{}', '{}', '{}', '{}') b;
    ELSE
        SELECT b.* INTO first_position, recorded, unaccepted
        FROM liuhen.append_batch(
            p_log, p_writer, p_batch, array_fill(0, ARRAY[cardinality(p_streams)]),
            p_streams, p_versions, p_kinds, p_topics, p_states,
            array_fill(0, ARRAY[cardinality(p_guards)]), p_guards, p_guard_versions, '{}', '{}', '{}', '{}') b;
    END IF;
    IF unaccepted IS NOT NULL THEN
        RETURN;
    END IF;
    IF NOT v_known THEN
        INSERT INTO liuhen.requests (log_id, client, key, fingerprint, first_position, last_position)
            SELECT p_log, r.client, r.key, r.fingerprint,
                   append_rows.first_position + r.first, append_rows.first_position + r.last
            FROM unnest(p_clients, p_keys, p_fingerprints, p_firsts, p_lasts) AS r(client, key, fingerprint, first, last);
        RETURN;
    END IF;
    -- What was known before stands before this batch; what this batch recorded stands at its position or after it.
    SELECT json_agg(json_build_array(r.n - 1, CASE WHEN k.fingerprint = r.fingerprint THEN 'repeated' ELSE 'reused' END,
                                     k.first_position, k.last_position))
        INTO unaccepted
    FROM unnest(p_clients, p_keys, p_fingerprints) WITH ORDINALITY AS r(client, key, fingerprint, n)
    CROSS JOIN LATERAL (
        SELECT * FROM liuhen.requests q WHERE q.log_id = p_log AND q.client = r.client AND q.key = r.key OFFSET 0
    ) k
    WHERE k.first_position < append_rows.first_position;
END
$$;
