-- A stream is of one kind for good: its head keeps the kind, and an event of another kind is refused with its save.
-- And what a writer's batch came to is found by the writer alone: the table keeps a digest of its number, so whoever
-- reads the table cannot write an outcome there that the writer would take for its own.

ALTER TABLE liuhen.stream_heads ADD COLUMN kind text;
UPDATE liuhen.stream_heads h SET kind = e.stream_kind FROM liuhen.events e
    WHERE e.log_id = h.log_id AND e.stream_id = h.stream_id AND e.stream_version = 1;
ALTER TABLE liuhen.stream_heads ALTER COLUMN kind SET NOT NULL;

CREATE FUNCTION liuhen.writer_of(p_writer uuid) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT
SECURITY DEFINER SET search_path = pg_catalog, liuhen, pg_temp AS $$
    SELECT encode(substring(sha256(uuid_send(p_writer)) FROM 1 FOR 16), 'hex')::uuid
$$;
COMMENT ON COLUMN liuhen.writers.writer IS 'First half of the SHA-256 of the number by which the process names itself.';
-- A batch that is on its way just now is still found under its number.
UPDATE liuhen.writers SET writer = liuhen.writer_of(writer);

CREATE FUNCTION liuhen.refuse_kind(p_stream uuid, p_kind text, p_given text) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, liuhen, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'stream % is of kind %, not %', p_stream, p_kind, p_given USING ERRCODE = 'check_violation';
END
$$;

-- Events, guards (streams that a save only read, at their versions) and requests name their save by its number.
-- Accepted saves stand one after the other from first_position on, in the order of their events. The others are in
-- `unaccepted`, a JSON array of [number, outcome, first position, last position], or null when there are none:
--   moved     a written or guarded stream is not at its expected version; nothing was done
--   repeated  the request was recorded before, at first .. last
--   reused    the request key was used before for something else; nothing was done
--   unknown   the save has no events, it only asks for its request, and that was not recorded
CREATE OR REPLACE FUNCTION liuhen.append_batch(
    p_log integer, p_writer uuid, p_batch bigint,
    p_saves integer[], p_streams uuid[], p_versions integer[], p_kinds text[], p_topics text[], p_states bytea[],
    p_guard_saves integer[], p_guards uuid[], p_guard_versions integer[],
    p_request_saves integer[], p_clients text[], p_keys text[], p_fingerprints text[],
    OUT first_position bigint, OUT recorded timestamptz, OUT unaccepted text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, liuhen, pg_temp
AS $$
DECLARE
    v_writer uuid := liuhen.writer_of(p_writer);
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

    SELECT * INTO v_before FROM liuhen.writers w WHERE w.log_id = p_log AND w.writer = v_writer;
    IF FOUND AND v_before.batch >= p_batch THEN
        IF v_before.batch > p_batch THEN
            RAISE EXCEPTION 'batch % of writer % comes after its batch %', p_batch, v_writer, v_before.batch;
        END IF;
        UPDATE liuhen.writers w SET batch = w.batch WHERE w.log_id = p_log AND w.writer = v_writer;
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
                   first_position + min(e.n) - 1, first_position + max(e.n) - 1
            FROM unnest(p_request_saves, p_clients, p_keys, p_fingerprints) AS r(save, client, key, fingerprint)
            JOIN unnest(p_saves) WITH ORDINALITY AS e(save, n) ON e.save = r.save
            GROUP BY r.save, r.client, r.key, r.fingerprint;
    END IF;

    UPDATE liuhen.logs l SET position = l.position + cardinality(p_streams), recorded_at = append_batch.recorded
        WHERE l.log_id = p_log;
    INSERT INTO liuhen.writers AS w
        VALUES (p_log, v_writer, p_batch, first_position, recorded, unaccepted)
        ON CONFLICT (log_id, writer) DO UPDATE SET batch = excluded.batch, first_position = excluded.first_position,
            recorded_at = excluded.recorded_at, unaccepted = excluded.unaccepted;
END
$$;
