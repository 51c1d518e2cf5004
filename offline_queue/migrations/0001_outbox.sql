-- One row per submission. seq is the rowid; the newest row is never deleted, so that its successor is never minted twice.
CREATE TABLE outbox (
    seq          INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    code         TEXT    NOT NULL,
    service      TEXT    NOT NULL,
    state        INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),  -- waiting, received, parked
    attempts     INTEGER NOT NULL DEFAULT 0,
    submitted_at INTEGER NOT NULL,                                       -- UTC, milliseconds
    settled_at   INTEGER,                                                -- when it left "waiting"
    parts        INTEGER NOT NULL,
    sealed_bytes INTEGER NOT NULL,                                       -- envelope and sealed parts
    sha256       BLOB    NOT NULL CHECK (length(sha256) = 32),           -- of the envelope
    last_reason  TEXT    NOT NULL DEFAULT '',
    receipt      BLOB,
    envelope     BLOB,                                                   -- gone once the receipt is here
    CHECK (state = 1 OR envelope IS NOT NULL),
    CHECK ((state = 1) = (receipt IS NOT NULL))
) STRICT;

-- Waiting rows in the order of sending, and parked ones; received rows cost nothing here.
CREATE INDEX outbox_open ON outbox (state, attempts, seq) WHERE state <> 1;

-- What the agent says of itself and of the line. The wait belongs to the line, so it stands here and not in the rows.
CREATE TABLE agent_state (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    reason          TEXT    NOT NULL DEFAULT '',    -- why it waits; empty while the line is good
    since           INTEGER NOT NULL DEFAULT 0,     -- UTC, milliseconds: when `reason` began
    retry_at        INTEGER NOT NULL DEFAULT 0,     -- UTC, milliseconds: for people
    not_before      INTEGER NOT NULL DEFAULT 0,     -- milliseconds of CLOCK_BOOTTIME: for the agent
    boot            TEXT    NOT NULL DEFAULT '',    -- the boot that `not_before` belongs to
    failures        INTEGER NOT NULL DEFAULT 0,     -- in a row
    last_success_at INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO agent_state (one) VALUES (1);
