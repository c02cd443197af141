-- What a witness cosigned last is looked up by its key, however long ago that was.
CREATE INDEX cosignatures_by_witness ON liuhen.cosignatures (log_id, generation, name, key_id, size);
