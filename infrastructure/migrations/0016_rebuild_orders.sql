-- A rebuild may be ordered: then whoever moves the views carries it out, and goes on with it after a restart. Where one
-- took up and when says how long the rest will take, to whoever asks in any process.

ALTER TABLE liuhen.projections
    ADD COLUMN ordered boolean NOT NULL DEFAULT false,
    ADD COLUMN outcome text NOT NULL DEFAULT '',
    ADD COLUMN resumed_at timestamptz,
    ADD COLUMN resumed_position bigint;
COMMENT ON COLUMN liuhen.projections.ordered IS 'Of a build that is BUILDING: it is carried out without being asked again.';
COMMENT ON COLUMN liuhen.projections.outcome IS 'Of a build that is BUILDING: why it was not switched to, or why the last attempt failed.';
