CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    requests_per_minute BIGINT NOT NULL,
    burst BIGINT NOT NULL,
    audits_per_day BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE schedules (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    url TEXT NOT NULL,
    options TEXT NOT NULL,
    every_hours BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX schedules_due ON schedules (next_at);
CREATE INDEX schedules_of ON schedules (owner, id);

CREATE TABLE audits (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    url TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL,
    cancelling BIGINT NOT NULL DEFAULT 0,
    attempt BIGINT NOT NULL DEFAULT 0,
    error TEXT,
    schedule TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    pages BIGINT NOT NULL DEFAULT 0,
    pending BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    broken BIGINT NOT NULL DEFAULT 0,
    findings TEXT NOT NULL DEFAULT '{}',
    last_event BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX audits_of ON audits (owner, id);
CREATE INDEX audits_in_state ON audits (state);
CREATE INDEX audits_ended ON audits (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX audits_scheduled ON audits (schedule, state) WHERE schedule IS NOT NULL;

CREATE TABLE jobs (
    audit TEXT PRIMARY KEY REFERENCES audits (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    due BIGINT NOT NULL,
    attempt BIGINT NOT NULL DEFAULT 0,
    failures BIGINT NOT NULL DEFAULT 0,
    worker TEXT
);
CREATE INDEX jobs_due ON jobs (due) WHERE state <> 'dead';

CREATE TABLE pages (
    audit TEXT NOT NULL REFERENCES audits (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    url TEXT NOT NULL,
    depth BIGINT NOT NULL,
    status BIGINT,
    problem TEXT,
    redirect TEXT,
    title TEXT,
    content_type TEXT,
    bytes BIGINT NOT NULL,
    first_byte_ms BIGINT NOT NULL,
    total_ms BIGINT NOT NULL,
    broken BIGINT NOT NULL,
    images TEXT NOT NULL,
    PRIMARY KEY (audit, number)
);

CREATE TABLE findings (
    audit TEXT NOT NULL REFERENCES audits (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (audit, number)
);

CREATE TABLE events (
    audit TEXT NOT NULL REFERENCES audits (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (audit, number)
);

CREATE TABLE idempotency (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    status BIGINT NOT NULL,
    location TEXT,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (owner, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE quota (
    owner TEXT NOT NULL,
    day BIGINT NOT NULL,
    audits BIGINT NOT NULL,
    PRIMARY KEY (owner, day)
)
