-- The verifiable log: a Merkle tree (RFC 6962) over the events of each log, and the signed checkpoints of it. What is
-- said once stands for good: full tiles, checkpoints and cosignatures are never changed. Only the right edge moves,
-- and only forward.

CREATE TABLE liuhen.trees (
    log_id integer PRIMARY KEY,
    suite text NOT NULL,
    origin text NOT NULL UNIQUE,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE liuhen.trees IS 'Hash and signature suite of each log''s tree, and its name in checkpoints: chosen once.';

CREATE TABLE liuhen.tiles (
    log_id integer NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
    index bigint NOT NULL CHECK (index >= 0),
    hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
    PRIMARY KEY (log_id, level, index)
);
ALTER TABLE liuhen.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
COMMENT ON COLUMN liuhen.tiles.hashes IS '256 node hashes of tree level 8 * level, from 256 * index on (c2sp.org/tlog-tiles).';

CREATE TABLE liuhen.right_edges (
    log_id integer PRIMARY KEY REFERENCES liuhen.trees,
    size bigint NOT NULL CHECK (size >= 0),
    hashes bytea[] NOT NULL
) WITH (fillfactor = 50);
ALTER TABLE liuhen.right_edges ALTER COLUMN hashes SET STORAGE EXTERNAL;
COMMENT ON TABLE liuhen.right_edges IS 'The partial tile of each level, lowest first: where the tree goes on.';

CREATE TABLE liuhen.checkpoints (
    log_id integer NOT NULL REFERENCES liuhen.trees,
    size bigint NOT NULL CHECK (size >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    note text NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log_id, size)
);
COMMENT ON TABLE liuhen.checkpoints IS 'One root for each size that was ever signed, with the signed note.';

CREATE TABLE liuhen.cosignatures (
    log_id integer NOT NULL,
    size bigint NOT NULL,
    name text NOT NULL,
    key_id bytea NOT NULL CHECK (octet_length(key_id) = 4),
    line text NOT NULL CHECK (line LIKE '— %' AND right(line, 1) = E'\n'),
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log_id, size, name, key_id),
    FOREIGN KEY (log_id, size) REFERENCES liuhen.checkpoints
);
COMMENT ON TABLE liuhen.cosignatures IS 'Signature lines of witnesses under a checkpoint; the first of each key stays.';

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['trees', 'tiles', 'checkpoints', 'cosignatures'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON liuhen.%1$s'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION liuhen.refuse_change()', v_table);
        EXECUTE format('ALTER TABLE liuhen.%1$s ENABLE ALWAYS TRIGGER %1$s_are_final', v_table);
    END LOOP;
END
$$;

-- The tree of a log, empty, unless there is one.
CREATE FUNCTION liuhen.plant_tree(p_log integer, p_suite text, p_origin text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO liuhen.trees (log_id, suite, origin) VALUES (p_log, p_suite, p_origin) ON CONFLICT (log_id) DO NOTHING;
    IF FOUND THEN
        INSERT INTO liuhen.right_edges (log_id, size, hashes) VALUES (p_log, 0, '{}');
    END IF;
END
$$;

-- Let a tree grow from one size to another: its new full tiles, its right edge and its signed checkpoint, all or
-- nothing. Whoever calls: no second root for a size, no way back, no size beyond the record, no tile left out. With
-- both sizes equal, the checkpoint of a tree that has none yet.
CREATE FUNCTION liuhen.integrate(
    p_log integer, p_from bigint, p_size bigint, p_levels smallint[], p_indexes bigint[], p_tiles bytea[],
    p_edge bytea[], p_root bytea, p_note text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_size bigint;
    v_origin text;
BEGIN
    SELECT e.size, t.origin INTO v_size, v_origin
    FROM liuhen.right_edges e JOIN liuhen.trees t ON t.log_id = e.log_id WHERE e.log_id = p_log FOR UPDATE OF e;
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

    INSERT INTO liuhen.tiles (log_id, level, index, hashes)
        SELECT p_log, w.level, w.index, w.hashes FROM unnest(p_levels, p_indexes, p_tiles) AS w(level, index, hashes);
    UPDATE liuhen.right_edges e SET size = p_size, hashes = p_edge WHERE e.log_id = p_log;
    INSERT INTO liuhen.checkpoints (log_id, size, root, note) VALUES (p_log, p_size, p_root, p_note);
END
$$;

-- Keep a witness's signature under a checkpoint. False when one of that key is there.
CREATE FUNCTION liuhen.keep_cosignature(p_log integer, p_size bigint, p_name text, p_key_id bytea, p_line text)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO liuhen.cosignatures (log_id, size, name, key_id, line)
        VALUES (p_log, p_size, p_name, p_key_id, p_line) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

DO $$
DECLARE
    v_signature regprocedure;
BEGIN
    FOR v_signature IN
        SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'liuhen'::regnamespace
            AND p.proname IN ('plant_tree', 'integrate', 'keep_cosignature')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', v_signature);
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, liuhen, pg_temp', v_signature);
    END LOOP;
END
$$;
