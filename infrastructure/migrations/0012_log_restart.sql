-- A log that was given up, e.g. after an old backup was restored, goes on under a new origin as another generation of
-- its tree. What was signed before stays as it is; only the newest generation grows.

ALTER TABLE liuhen.right_edges DROP CONSTRAINT right_edges_log_id_fkey;
ALTER TABLE liuhen.cosignatures DROP CONSTRAINT cosignatures_log_id_size_fkey;
ALTER TABLE liuhen.checkpoints DROP CONSTRAINT checkpoints_log_id_fkey;

DO $$
DECLARE
    v_table text;
    v_key text;
BEGIN
    FOR v_table, v_key IN VALUES ('trees', 'log_id, generation'), ('right_edges', 'log_id, generation'),
        ('tiles', 'log_id, generation, level, index'), ('checkpoints', 'log_id, generation, size'),
        ('cosignatures', 'log_id, generation, size, name, key_id') LOOP
        EXECUTE format('ALTER TABLE liuhen.%1$s ADD COLUMN generation smallint NOT NULL DEFAULT 1,'
                       ' DROP CONSTRAINT %1$s_pkey, ADD PRIMARY KEY (%2$s)', v_table, v_key);
    END LOOP;
END
$$;

ALTER TABLE liuhen.right_edges ADD FOREIGN KEY (log_id, generation) REFERENCES liuhen.trees;
ALTER TABLE liuhen.checkpoints ADD FOREIGN KEY (log_id, generation) REFERENCES liuhen.trees;
ALTER TABLE liuhen.cosignatures ADD FOREIGN KEY (log_id, generation, size) REFERENCES liuhen.checkpoints;

CREATE OR REPLACE FUNCTION liuhen.plant_tree(p_log integer, p_suite text, p_origin text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, liuhen, pg_temp AS $$
BEGIN
    INSERT INTO liuhen.trees (log_id, suite, origin) VALUES (p_log, p_suite, p_origin) ON CONFLICT (log_id, generation) DO NOTHING;
    IF FOUND THEN
        INSERT INTO liuhen.right_edges (log_id, size, hashes) VALUES (p_log, 0, '{}');
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION liuhen.integrate(
    p_log integer, p_from bigint, p_size bigint, p_levels smallint[], p_indexes bigint[], p_tiles bytea[],
    p_edge bytea[], p_root bytea, p_note text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, liuhen, pg_temp AS $$
DECLARE
    v_size bigint;
    v_origin text;
    v_generation smallint;
BEGIN
    SELECT e.size, t.origin, t.generation INTO v_size, v_origin, v_generation
    FROM liuhen.right_edges e JOIN liuhen.trees t ON t.log_id = e.log_id AND t.generation = e.generation
    WHERE e.log_id = p_log AND e.generation = (SELECT max(n.generation) FROM liuhen.trees n WHERE n.log_id = p_log)
    FOR UPDATE OF e;
    IF NOT FOUND OR v_size <> p_from THEN
        RAISE EXCEPTION 'the tree of log % stands at %, not at %', p_log, v_size, p_from
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF (p_size >= p_from) IS NOT TRUE
        OR p_size > coalesce((SELECT l.position FROM liuhen.logs l WHERE l.log_id = p_log), 0) THEN
        RAISE EXCEPTION 'the tree of log % cannot go from % to %', p_log, p_from, p_size
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (cardinality(p_levels) = ALL (ARRAY[cardinality(p_indexes), cardinality(p_tiles)])) IS NOT TRUE OR EXISTS (
        SELECT FROM (
            SELECT w.level, w.index FROM unnest(p_levels, p_indexes) AS w(level, index)
            UNION ALL
            SELECT l::smallint, n FROM generate_series(0, 6) AS l,
                generate_series(p_from >> 8 * (l + 1), (p_size >> 8 * (l + 1)) - 1) AS n
        ) AS x(level, index) GROUP BY x.level, x.index HAVING count(*) <> 2
    ) THEN
        RAISE EXCEPTION 'these are not the tiles that become full from % to %', p_from, p_size
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF cardinality(p_edge) <> (SELECT count(*) FROM generate_series(0, 7) AS l WHERE p_size >> 8 * l > 0)
        OR EXISTS (
            SELECT FROM unnest(p_edge) WITH ORDINALITY AS e(hashes, n)
            WHERE octet_length(e.hashes) IS DISTINCT FROM 32 * ((p_size >> 8 * (e.n::integer - 1)) & 255)::integer
        ) THEN
        RAISE EXCEPTION 'this is no right edge of a tree of %', p_size USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT starts_with(p_note, v_origin || E'\n' || p_size || E'\n' || encode(p_root, 'base64') || E'\n\n— ') THEN
        RAISE EXCEPTION 'the note does not state origin, size and root' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    INSERT INTO liuhen.tiles (log_id, generation, level, index, hashes)
        SELECT p_log, v_generation, w.level, w.index, w.hashes FROM unnest(p_levels, p_indexes, p_tiles) AS w(level, index, hashes);
    UPDATE liuhen.right_edges e SET size = p_size, hashes = p_edge WHERE e.log_id = p_log AND e.generation = v_generation;
    INSERT INTO liuhen.checkpoints (log_id, generation, size, root, note) VALUES (p_log, v_generation, p_size, p_root, p_note);
END
$$;

CREATE OR REPLACE FUNCTION liuhen.keep_cosignature(p_log integer, p_size bigint, p_name text, p_key_id bytea, p_line text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, liuhen, pg_temp AS $$
BEGIN
    INSERT INTO liuhen.cosignatures (log_id, generation, size, name, key_id, line)
        SELECT p_log, max(t.generation), p_size, p_name, p_key_id, p_line FROM liuhen.trees t WHERE t.log_id = p_log ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

-- Give up the newest tree of a log, and begin an empty one under a new origin.
CREATE FUNCTION liuhen.restart_tree(p_log integer, p_suite text, p_origin text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, liuhen, pg_temp AS $$
DECLARE
    v_generation smallint;
BEGIN
    SELECT coalesce(max(t.generation), 0) + 1 INTO v_generation FROM liuhen.trees t WHERE t.log_id = p_log;
    INSERT INTO liuhen.trees (log_id, generation, suite, origin) VALUES (p_log, v_generation, p_suite, p_origin);
    INSERT INTO liuhen.right_edges (log_id, generation, size, hashes) VALUES (p_log, v_generation, 0, '{}');
END
$$;
