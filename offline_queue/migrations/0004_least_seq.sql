-- After a salvage rows may be missing at the end: what they were numbered is never minted again.
ALTER TABLE agent_state ADD COLUMN least_seq INTEGER NOT NULL DEFAULT 0;
