-- One save: all events or none, in one round trip. `outcome` is
--   ok        the events stand at first_position .. first_position + n - 1
--   moved     a written or guarded stream is not at its expected version; nothing was done
--   repeated  the request was recorded before; its positions are given
--   reused    the request key was used before for something else; nothing was done
-- The row lock on the log's head is taken first and held to the commit, so that the checks, the positions and the
-- recorded times are those of one serial order over all processes.

CREATE FUNCTION liuhen.append(
    p_log integer,
    p_streams uuid[], p_versions integer[], p_kinds text[], p_topics text[], p_states bytea[],
    p_guards uuid[], p_guard_versions integer[],
    p_client text, p_key text, p_fingerprint text,
    OUT outcome text, OUT first_position bigint, OUT last_position bigint, OUT recorded timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    v_count integer := cardinality(p_streams);
    v_request liuhen.requests;
BEGIN
    INSERT INTO liuhen.logs (log_id) VALUES (p_log) ON CONFLICT DO NOTHING;
    SELECT l.position + 1, greatest(clock_timestamp(), l.recorded_at)
        INTO first_position, recorded FROM liuhen.logs l WHERE l.log_id = p_log FOR UPDATE;
    last_position := first_position + v_count - 1;

    IF p_key IS NOT NULL THEN
        SELECT * INTO v_request FROM liuhen.requests r
            WHERE r.log_id = p_log AND r.client = p_client AND r.key = p_key;
        IF FOUND THEN
            first_position := v_request.first_position;
            last_position := v_request.last_position;
            outcome := CASE WHEN v_request.fingerprint = p_fingerprint THEN 'repeated' ELSE 'reused' END;
            RETURN;
        END IF;
    END IF;

    -- Each written stream must stand right before the first version that is written to it.
    IF EXISTS (
        SELECT 1 FROM (
            SELECT s.id, min(s.version) - 1 AS expected
            FROM unnest(p_streams, p_versions) AS s(id, version) GROUP BY s.id
            UNION ALL
            SELECT g.id, g.version FROM unnest(p_guards, p_guard_versions) AS g(id, version)
        ) e
        LEFT JOIN liuhen.stream_heads h ON h.log_id = p_log AND h.stream_id = e.id
        WHERE coalesce(h.version, 0) <> e.expected
    ) THEN
        outcome := 'moved';
        RETURN;
    END IF;

    INSERT INTO liuhen.events (log_id, position, stream_id, stream_version, stream_kind, topic, state, recorded_at)
        SELECT p_log, first_position + e.n - 1, e.stream, e.version, e.kind, e.topic, e.state, recorded
        FROM unnest(p_streams, p_versions, p_kinds, p_topics, p_states)
            WITH ORDINALITY AS e(stream, version, kind, topic, state, n);
    INSERT INTO liuhen.stream_heads AS h (log_id, stream_id, version)
        SELECT p_log, s.id, max(s.version) FROM unnest(p_streams, p_versions) AS s(id, version) GROUP BY s.id
        ON CONFLICT (log_id, stream_id) DO UPDATE SET version = excluded.version;
    IF p_key IS NOT NULL THEN
        INSERT INTO liuhen.requests (log_id, client, key, fingerprint, first_position, last_position)
            VALUES (p_log, p_client, p_key, p_fingerprint, first_position, last_position);
    END IF;
    UPDATE liuhen.logs l SET position = append.last_position, recorded_at = append.recorded WHERE l.log_id = p_log;
    outcome := 'ok';
END
$$;
