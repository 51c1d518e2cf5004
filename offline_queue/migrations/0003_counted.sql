-- Counts without counting: a row knows how many were put up to it, and the others are counted where they move, in the row of
-- agent_state that a receipt writes anyway. Programs that know nothing of it would make the counts wrong: a new major.
ALTER TABLE outbox ADD COLUMN nth INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET nth = counted.n
    FROM (SELECT seq AS s, row_number() OVER (ORDER BY seq) AS n FROM outbox) AS counted WHERE counted.s = seq;
ALTER TABLE agent_state ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agent_state ADD COLUMN parked INTEGER NOT NULL DEFAULT 0;
UPDATE agent_state SET received = (SELECT count(*) FROM outbox WHERE state = 1),
                       parked = (SELECT count(*) FROM outbox WHERE state = 2);
CREATE TRIGGER outbox_moved AFTER UPDATE OF state ON outbox WHEN old.state <> new.state BEGIN
    UPDATE agent_state SET received = received + (new.state = 1) - (old.state = 1),
                           parked = parked + (new.state = 2) - (old.state = 2);
END;
