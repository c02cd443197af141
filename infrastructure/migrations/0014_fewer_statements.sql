-- The same promises as in 0007 with less work per batch: head and writer are read and written by one statement each,
-- what is asked of every batch is asked in the function itself, and what only some batches have (guards, requests) is
-- looked at only there. A batch that does not come to all it asked for puts head and writer right again.

CREATE OR REPLACE FUNCTION liuhen.append_batch(
    p_log integer, p_writer uuid, p_batch bigint,
    p_saves integer[], p_streams uuid[], p_versions integer[], p_kinds text[], p_topics text[], p_states bytea[],
    p_guard_saves integer[], p_guards uuid[], p_guard_versions integer[],
    p_request_saves integer[], p_clients text[], p_keys text[], p_fingerprints text[],
    OUT first_position bigint, OUT recorded timestamptz, OUT unaccepted text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, liuhen, pg_temp
AS $$
DECLARE
    v_writer uuid := encode(substring(sha256(uuid_send(p_writer)) FROM 1 FOR 16), 'hex')::uuid;  -- as liuhen.writer_of
    v_before liuhen.writers;
    v_left_out integer[];
    v_in_question boolean := false;
BEGIN
    -- Whoever calls: nothing half named may pass for something else. The columns refuse nulls in the other arrays.
    IF (cardinality(p_saves) = ALL (ARRAY[cardinality(p_streams), cardinality(p_versions), cardinality(p_kinds),
                                          cardinality(p_topics), cardinality(p_states)])
        AND cardinality(p_guard_saves) = ALL (ARRAY[cardinality(p_guards), cardinality(p_guard_versions)])
        AND cardinality(p_request_saves) = ALL (ARRAY[cardinality(p_clients), cardinality(p_keys),
                                                      cardinality(p_fingerprints)])
        AND array_position(p_saves, NULL) IS NULL AND array_position(p_guard_saves, NULL) IS NULL
        AND array_position(p_guards, NULL) IS NULL AND array_position(p_guard_versions, NULL) IS NULL
        AND array_position(p_request_saves, NULL) IS NULL) IS NOT TRUE THEN
        RAISE EXCEPTION 'the arrays of a batch do not fit together' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- The lock on the log's head is held to the commit: checks, positions and times are those of one serial order over
    -- all processes.
    UPDATE liuhen.logs l SET position = l.position + cardinality(p_streams),
                             recorded_at = greatest(clock_timestamp(), l.recorded_at)
        WHERE l.log_id = p_log
        RETURNING l.position - cardinality(p_streams) + 1, l.recorded_at INTO first_position, recorded;
    IF NOT FOUND THEN
        INSERT INTO liuhen.logs (log_id) VALUES (p_log) ON CONFLICT DO NOTHING;
        UPDATE liuhen.logs l SET position = l.position + cardinality(p_streams),
                                 recorded_at = greatest(clock_timestamp(), l.recorded_at)
            WHERE l.log_id = p_log
            RETURNING l.position - cardinality(p_streams) + 1, l.recorded_at INTO first_position, recorded;
    END IF;

    -- The outcome is kept first: a row that is there with this number or a higher one is that of a batch sent again.
    UPDATE liuhen.writers w SET batch = p_batch, first_position = append_batch.first_position,
                                recorded_at = append_batch.recorded, unaccepted = NULL
        WHERE w.log_id = p_log AND w.writer = v_writer AND w.batch < p_batch;
    IF NOT FOUND THEN
        SELECT * INTO v_before FROM liuhen.writers w WHERE w.log_id = p_log AND w.writer = v_writer;
        IF FOUND THEN
            IF (v_before.batch = p_batch) IS NOT TRUE THEN
                RAISE EXCEPTION 'batch % of writer % comes after its batch %', p_batch, v_writer, v_before.batch;
            END IF;
            UPDATE liuhen.logs l SET position = append_batch.first_position - 1 WHERE l.log_id = p_log;
            UPDATE liuhen.writers w SET batch = w.batch WHERE w.log_id = p_log AND w.writer = v_writer;
            first_position := v_before.first_position;
            recorded := v_before.recorded_at;
            unaccepted := v_before.unaccepted;
            RETURN;
        END IF;
        INSERT INTO liuhen.writers VALUES (p_log, v_writer, p_batch, first_position, recorded, NULL);
    END IF;

    -- Is there anything that keeps one of the saves from being accepted? Mostly there is not, and asking only that is
    -- cheap. An event either follows the one before it in the batch or comes right after the head of its stream.
    -- OFFSET 0: one look into the index per row, whatever was known of the tables when the plan was made.
    IF EXISTS (
        SELECT FROM unnest(p_saves, p_streams, p_versions) WITH ORDINALITY AS e(save, stream, version, n)
        LEFT JOIN LATERAL (
            SELECT q.version FROM liuhen.stream_heads q WHERE q.log_id = p_log AND q.stream_id = e.stream OFFSET 0
        ) h ON true
        WHERE e.n > 1 AND (p_saves[e.n - 1] <= e.save) IS NOT TRUE
           OR (coalesce(h.version, 0) IS DISTINCT FROM e.version - 1
               AND (e.n = 1 OR p_streams[e.n - 1] IS DISTINCT FROM e.stream
                    OR p_versions[e.n - 1] IS DISTINCT FROM e.version - 1
                    OR p_saves[e.n - 1] IS DISTINCT FROM e.save))
    ) THEN
        v_in_question := true;
    END IF;
    IF cardinality(p_guards) > 0 AND NOT v_in_question THEN
        v_in_question := EXISTS (
            SELECT FROM unnest(p_guards, p_guard_versions) AS g(stream, version)
            LEFT JOIN LATERAL (
                SELECT q.version FROM liuhen.stream_heads q WHERE q.log_id = p_log AND q.stream_id = g.stream OFFSET 0
            ) h ON true
            WHERE coalesce(h.version, 0) <> g.version
        );
    END IF;
    IF cardinality(p_request_saves) > 0 AND NOT v_in_question THEN
        v_in_question := EXISTS (
            SELECT FROM unnest(p_request_saves, p_clients, p_keys) AS r(save, client, key)
            LEFT JOIN LATERAL (
                SELECT true AS known FROM liuhen.requests q
                WHERE q.log_id = p_log AND q.client = r.client AND q.key = r.key OFFSET 0
            ) k ON true
            WHERE k.known OR r.save NOT IN (SELECT e.save FROM unnest(p_saves) AS e(save))
        );
    END IF;
    IF v_in_question THEN
        IF p_saves <> ARRAY(SELECT s.save FROM unnest(p_saves) AS s(save) ORDER BY s.save) THEN
            RAISE EXCEPTION 'the events of a batch are not in the order of its saves'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        SELECT coalesce(array_agg(o.save), '{}'), json_agg(json_build_array(o.save, o.outcome, o.first, o.last))
            INTO v_left_out, unaccepted
        FROM liuhen.unaccepted_of(p_log, p_saves, p_streams, p_versions, p_guard_saves, p_guards, p_guard_versions,
                                  p_request_saves, p_clients, p_keys, p_fingerprints) o;
        SELECT coalesce(array_agg(e.save ORDER BY e.n), '{}'), coalesce(array_agg(e.stream ORDER BY e.n), '{}'),
               coalesce(array_agg(e.version ORDER BY e.n), '{}'), coalesce(array_agg(e.kind ORDER BY e.n), '{}'),
               coalesce(array_agg(e.topic ORDER BY e.n), '{}'), coalesce(array_agg(e.state ORDER BY e.n), '{}')
            INTO p_saves, p_streams, p_versions, p_kinds, p_topics, p_states
        FROM unnest(p_saves, p_streams, p_versions, p_kinds, p_topics, p_states)
            WITH ORDINALITY AS e(save, stream, version, kind, topic, state, n)
        WHERE e.save <> ALL (v_left_out);
        UPDATE liuhen.logs l SET position = append_batch.first_position - 1 + cardinality(p_streams)
            WHERE l.log_id = p_log;
        UPDATE liuhen.writers w SET unaccepted = append_batch.unaccepted
            WHERE w.log_id = p_log AND w.writer = v_writer;
    END IF;

    INSERT INTO liuhen.events (log_id, position, stream_id, stream_version, stream_kind, topic, state, recorded_at)
        SELECT p_log, first_position + e.n - 1, e.stream, e.version, e.kind, e.topic, e.state, recorded
        FROM unnest(p_streams, p_versions, p_kinds, p_topics, p_states)
            WITH ORDINALITY AS e(stream, version, kind, topic, state, n);
    -- A stream that is given two kinds within the batch would be written here twice, which is refused, too.
    INSERT INTO liuhen.stream_heads AS h (log_id, stream_id, version, kind)
        SELECT p_log, e.stream, max(e.version), e.kind
        FROM unnest(p_streams, p_versions, p_kinds) AS e(stream, version, kind) GROUP BY e.stream, e.kind
        ON CONFLICT (log_id, stream_id) DO UPDATE SET version = CASE
            WHEN h.kind = excluded.kind THEN excluded.version
            ELSE liuhen.refuse_kind(h.stream_id, h.kind, excluded.kind) END;
    IF cardinality(p_request_saves) > 0 THEN
        INSERT INTO liuhen.requests (log_id, client, key, fingerprint, first_position, last_position)
            SELECT p_log, r.client, r.key, r.fingerprint,
                   append_batch.first_position + min(e.n) - 1, append_batch.first_position + max(e.n) - 1
            FROM unnest(p_request_saves, p_clients, p_keys, p_fingerprints) AS r(save, client, key, fingerprint)
            JOIN unnest(p_saves) WITH ORDINALITY AS e(save, n) ON e.save = r.save
            GROUP BY r.save, r.client, r.key, r.fingerprint;
    END IF;
END
$$;

DROP FUNCTION liuhen.is_in_question;
