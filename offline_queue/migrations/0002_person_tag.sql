-- Whose a held submission is, as an opaque tag that the caller makes. Gone once the city has it. It stands in the one index
-- of what is held, since an index of its own would write another page or two with every put.
ALTER TABLE outbox ADD COLUMN person_tag BLOB
    CHECK (person_tag IS NULL OR (state <> 1 AND length(person_tag) BETWEEN 16 AND 64));
DROP INDEX outbox_open;
CREATE INDEX outbox_open ON outbox (state, attempts, seq, person_tag) WHERE state <> 1;
