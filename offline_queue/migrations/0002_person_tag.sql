-- Whose a held submission is, as an opaque tag that the caller makes. Gone once the city has it; the index holds only what is held.
ALTER TABLE outbox ADD COLUMN person_tag BLOB
    CHECK (person_tag IS NULL OR (state <> 1 AND length(person_tag) BETWEEN 16 AND 64));
CREATE INDEX outbox_person ON outbox (person_tag) WHERE person_tag IS NOT NULL;
