-- Who may do what. The roles themselves belong to the server and are there before this file runs.
--   liuhen_owner   owns schema, tables and functions; nobody logs in as it
--   liuhen_writer  the service: reads, adds to the record by the functions alone, owns the views
--   liuhen_reader  reads all but the clients' request keys

DO $$
DECLARE
    v_object record;
BEGIN
    -- Views that are there already go to the writer, who makes, fills and replaces them from now on.
    FOR v_object IN
        SELECT n.oid, n.nspname FROM pg_namespace n
        WHERE n.nspname IN (SELECT p.name || '_v' || p.version FROM liuhen.projections p)
    LOOP
        EXECUTE format('ALTER SCHEMA %I OWNER TO liuhen_writer', v_object.nspname);
        EXECUTE coalesce((
            SELECT string_agg(format('ALTER TABLE %I.%I OWNER TO liuhen_writer', v_object.nspname, c.relname), ';')
            FROM pg_class c WHERE c.relnamespace = v_object.oid AND c.relkind IN ('r', 'p', 'v', 'm')
        ), 'SELECT');
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO liuhen_reader', v_object.nspname);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO liuhen_reader', v_object.nspname);
    END LOOP;

    ALTER SCHEMA liuhen OWNER TO liuhen_owner;
    FOR v_object IN
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'liuhen'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    LOOP
        EXECUTE format('ALTER TABLE liuhen.%I OWNER TO liuhen_owner', v_object.relname);
    END LOOP;
    FOR v_object IN
        SELECT p.oid::regprocedure AS signature FROM pg_proc p WHERE p.pronamespace = 'liuhen'::regnamespace
    LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO liuhen_owner', v_object.signature);
    END LOOP;
END
$$;

SET LOCAL ROLE liuhen_owner;

REVOKE ALL ON SCHEMA liuhen FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA liuhen FROM PUBLIC, liuhen_writer, liuhen_reader;
REVOKE ALL ON ALL ROUTINES IN SCHEMA liuhen FROM PUBLIC, liuhen_reader;
GRANT USAGE ON SCHEMA liuhen TO liuhen_writer, liuhen_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA liuhen TO liuhen_writer, liuhen_reader;
REVOKE ALL ON liuhen.requests FROM liuhen_reader;
-- Where the views stand is theirs, not the record's.
GRANT INSERT, UPDATE, DELETE ON liuhen.projections TO liuhen_writer;

-- A function that adds to the record acts as the owner, and finds nothing but the system's and the record's names.
DO $$
DECLARE
    v_function record;
BEGIN
    FOR v_function IN
        SELECT p.oid::regprocedure AS signature, p.prorettype = 'trigger'::regtype AS is_trigger
        FROM pg_proc p WHERE p.pronamespace = 'liuhen'::regnamespace
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, liuhen, pg_temp', v_function.signature);
        CONTINUE WHEN v_function.is_trigger;
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', v_function.signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO liuhen_writer', v_function.signature);
    END LOOP;
END
$$;

-- Without ALWAYS, whoever may set session_replication_role would not meet the triggers at all.
ALTER TABLE liuhen.events ENABLE ALWAYS TRIGGER events_are_final;
ALTER TABLE liuhen.requests ENABLE ALWAYS TRIGGER requests_are_final;

-- Tables and functions of later migrations. Those that must be closed to the reader, or definer's, say so themselves.
ALTER DEFAULT PRIVILEGES IN SCHEMA liuhen GRANT SELECT ON TABLES TO liuhen_writer, liuhen_reader;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA liuhen GRANT EXECUTE ON ROUTINES TO liuhen_writer;
