-- Many saves in one transaction, each accepted or refused on its own. The saves of a batch do not touch each other:
-- no two write the same stream, none writes what another only read, and no two have the same request key. So the
-- result is that of any order of them.
--
-- A writer numbers its batches and has one on its way at a time. What came of its last one is kept: a batch whose
-- answer was lost is sent again as it was, and answered from there.
--
-- Every call commits a write, also one that records nothing: an answer never rests on a commit that a synchronous
-- standby may still be missing.

CREATE TABLE liuhen.writers (
    log_id integer NOT NULL,
    writer uuid NOT NULL,
    batch bigint NOT NULL,
    first_position bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    unaccepted text,
    PRIMARY KEY (log_id, writer)
) WITH (fillfactor = 50);
COMMENT ON TABLE liuhen.writers IS 'The last batch of each writing process and its outcome, to answer it once more.';

DROP FUNCTION liuhen.append;

-- Is there anything about a batch that keeps one of its saves from being accepted? Mostly there is not, and asking only
-- that is cheap. OFFSET 0: one look into the index per row, whatever was known of the tables when the plan was made.
CREATE FUNCTION liuhen.is_in_question(
    p_log integer, p_saves integer[], p_streams uuid[], p_versions integer[],
    p_guards uuid[], p_guard_versions integer[], p_request_saves integer[], p_clients text[], p_keys text[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    -- An event either follows the one before it in the batch or comes right after the head of its stream.
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
        RETURN true;
    END IF;
    IF cardinality(p_guards) > 0 AND EXISTS (
        SELECT FROM unnest(p_guards, p_guard_versions) AS g(stream, version)
        LEFT JOIN LATERAL (
            SELECT q.version FROM liuhen.stream_heads q WHERE q.log_id = p_log AND q.stream_id = g.stream OFFSET 0
        ) h ON true
        WHERE coalesce(h.version, 0) <> g.version
    ) THEN
        RETURN true;
    END IF;
    RETURN cardinality(p_request_saves) > 0 AND (
        EXISTS (
            SELECT FROM unnest(p_clients, p_keys) AS r(client, key)
            CROSS JOIN LATERAL (
                SELECT FROM liuhen.requests q WHERE q.log_id = p_log AND q.client = r.client AND q.key = r.key OFFSET 0
            ) k
        )
        OR EXISTS (SELECT FROM unnest(p_request_saves) AS r(save) WHERE r.save <> ALL (p_saves))
    );
END
$$;

-- The saves of a batch that are not accepted, with the reason, and the positions of those that were recorded before.
CREATE FUNCTION liuhen.unaccepted_of(
    p_log integer, p_saves integer[], p_streams uuid[], p_versions integer[],
    p_guard_saves integer[], p_guards uuid[], p_guard_versions integer[],
    p_request_saves integer[], p_clients text[], p_keys text[], p_fingerprints text[]
) RETURNS TABLE (save integer, outcome text, first bigint, last bigint) LANGUAGE sql AS $$
    SELECT DISTINCT ON (f.save) f.save, f.outcome, f.first, f.last
    FROM (
        SELECT 1 AS rank, r.save, CASE WHEN k.fingerprint = r.fingerprint THEN 'repeated' ELSE 'reused' END AS outcome,
               k.first_position AS first, k.last_position AS last
        FROM unnest(p_request_saves, p_clients, p_keys, p_fingerprints) AS r(save, client, key, fingerprint)
        CROSS JOIN LATERAL (
            SELECT * FROM liuhen.requests q WHERE q.log_id = p_log AND q.client = r.client AND q.key = r.key OFFSET 0
        ) k
        UNION ALL
        -- Each written stream must stand right before the first version that is written to it, and get them in a row.
        SELECT 2, e.save, 'moved', 0, 0
        FROM (
            SELECT s.save, s.id, CASE WHEN bool_and(s.version = s.first + s.n - 1) THEN min(s.first) - 1 END AS expected
            FROM (
                SELECT q.save, q.id, q.version, first_value(q.version) OVER w AS first, row_number() OVER w AS n
                FROM unnest(p_saves, p_streams, p_versions) WITH ORDINALITY AS q(save, id, version, place)
                WINDOW w AS (PARTITION BY q.save, q.id ORDER BY q.place)
            ) s
            GROUP BY s.save, s.id
            UNION ALL
            SELECT g.save, g.id, g.version FROM unnest(p_guard_saves, p_guards, p_guard_versions) AS g(save, id, version)
        ) e
        LEFT JOIN LATERAL (
            SELECT q.version FROM liuhen.stream_heads q WHERE q.log_id = p_log AND q.stream_id = e.id OFFSET 0
        ) h ON true
        WHERE coalesce(h.version, 0) IS DISTINCT FROM e.expected
        UNION ALL
        SELECT 3, r.save, 'unknown', 0, 0 FROM unnest(p_request_saves) AS r(save) WHERE r.save <> ALL (p_saves)
    ) f
    ORDER BY f.save, f.rank
$$;

-- Events, guards (streams that a save only read, at their versions) and requests name their save by its number.
-- Accepted saves stand one after the other from first_position on, in the order of their events. The others are in
-- `unaccepted`, a JSON array of [number, outcome, first position, last position], or null when there are none:
--   moved     a written or guarded stream is not at its expected version; nothing was done
--   repeated  the request was recorded before, at first .. last
--   reused    the request key was used before for something else; nothing was done
--   unknown   the save has no events, it only asks for its request, and that was not recorded
CREATE FUNCTION liuhen.append_batch(
    p_log integer, p_writer uuid, p_batch bigint,
    p_saves integer[], p_streams uuid[], p_versions integer[], p_kinds text[], p_topics text[], p_states bytea[],
    p_guard_saves integer[], p_guards uuid[], p_guard_versions integer[],
    p_request_saves integer[], p_clients text[], p_keys text[], p_fingerprints text[],
    OUT first_position bigint, OUT recorded timestamptz, OUT unaccepted text
) LANGUAGE plpgsql
AS $$
DECLARE
    v_before liuhen.writers;
    v_left_out integer[];
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

    -- The row lock on the log's head is held to the commit: checks, positions and times are those of one serial order
    -- over all processes.
    SELECT l.position + 1, greatest(clock_timestamp(), l.recorded_at)
        INTO first_position, recorded FROM liuhen.logs l WHERE l.log_id = p_log FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO liuhen.logs (log_id) VALUES (p_log) ON CONFLICT DO NOTHING;
        SELECT l.position + 1, greatest(clock_timestamp(), l.recorded_at)
            INTO first_position, recorded FROM liuhen.logs l WHERE l.log_id = p_log FOR UPDATE;
    END IF;

    SELECT * INTO v_before FROM liuhen.writers w WHERE w.log_id = p_log AND w.writer = p_writer;
    IF FOUND AND v_before.batch >= p_batch THEN
        IF v_before.batch > p_batch THEN
            RAISE EXCEPTION 'batch % of writer % comes after its batch %', p_batch, p_writer, v_before.batch;
        END IF;
        UPDATE liuhen.writers w SET batch = w.batch WHERE w.log_id = p_log AND w.writer = p_writer;
        first_position := v_before.first_position;
        recorded := v_before.recorded_at;
        unaccepted := v_before.unaccepted;
        RETURN;
    END IF;

    IF liuhen.is_in_question(p_log, p_saves, p_streams, p_versions, p_guards, p_guard_versions,
                             p_request_saves, p_clients, p_keys) THEN
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
    END IF;

    INSERT INTO liuhen.events (log_id, position, stream_id, stream_version, stream_kind, topic, state, recorded_at)
        SELECT p_log, first_position + e.n - 1, e.stream, e.version, e.kind, e.topic, e.state, recorded
        FROM unnest(p_streams, p_versions, p_kinds, p_topics, p_states)
            WITH ORDINALITY AS e(stream, version, kind, topic, state, n);
    INSERT INTO liuhen.stream_heads AS h (log_id, stream_id, version)
        SELECT p_log, e.stream, max(e.version) FROM unnest(p_streams, p_versions) AS e(stream, version)
        GROUP BY e.stream
        ON CONFLICT (log_id, stream_id) DO UPDATE SET version = excluded.version;
    IF cardinality(p_request_saves) > 0 THEN
        INSERT INTO liuhen.requests (log_id, client, key, fingerprint, first_position, last_position)
            SELECT p_log, r.client, r.key, r.fingerprint,
                   first_position + min(e.n) - 1, first_position + max(e.n) - 1
            FROM unnest(p_request_saves, p_clients, p_keys, p_fingerprints) AS r(save, client, key, fingerprint)
            JOIN unnest(p_saves) WITH ORDINALITY AS e(save, n) ON e.save = r.save
            GROUP BY r.save, r.client, r.key, r.fingerprint;
    END IF;

    UPDATE liuhen.logs l SET position = l.position + cardinality(p_streams), recorded_at = append_batch.recorded
        WHERE l.log_id = p_log;
    INSERT INTO liuhen.writers AS w
        VALUES (p_log, p_writer, p_batch, first_position, recorded, unaccepted)
        ON CONFLICT (log_id, writer) DO UPDATE SET batch = excluded.batch, first_position = excluded.first_position,
            recorded_at = excluded.recorded_at, unaccepted = excluded.unaccepted;
END
$$;
