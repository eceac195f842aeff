"""The peer: what a FastAPI user would write for the same three routes, on the same PostgreSQL."""

import json
import socket
import sys
import urllib.parse
import uuid
from contextlib import asynccontextmanager
from datetime import datetime, timezone

import asyncpg
import uvicorn
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel, Field, HttpUrl

TABLES = """
CREATE SCHEMA IF NOT EXISTS peer;
CREATE TABLE IF NOT EXISTS peer.audits (
    id uuid PRIMARY KEY, owner text NOT NULL, url text NOT NULL, options jsonb NOT NULL, state text NOT NULL,
    cancelling boolean NOT NULL DEFAULT false, attempt bigint NOT NULL DEFAULT 0, error text, schedule uuid,
    created_at timestamptz NOT NULL, started_at timestamptz, ended_at timestamptz, pages bigint NOT NULL DEFAULT 0,
    pending bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0, broken bigint NOT NULL DEFAULT 0,
    findings jsonb NOT NULL DEFAULT '{}', last_event bigint NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS peer.jobs (
    audit uuid PRIMARY KEY REFERENCES peer.audits (id) ON DELETE CASCADE, state text NOT NULL, due timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS peer.events (
    audit uuid NOT NULL REFERENCES peer.audits (id) ON DELETE CASCADE, number bigint NOT NULL, at timestamptz NOT NULL,
    what jsonb NOT NULL, PRIMARY KEY (audit, number));
"""


class NewAudit(BaseModel):
    url: HttpUrl
    max_pages: int = Field(1000, ge=1, le=10_000)
    max_depth: int | None = Field(None, ge=0)
    concurrency: int = Field(8, ge=1, le=32)
    delay_ms: int = Field(0, ge=0, le=60_000)
    slow_ms: int = Field(1000, ge=1)


class Counts(BaseModel):
    pages: int
    pending: int
    bytes: int
    broken: int


class Audit(BaseModel):
    id: uuid.UUID
    url: str
    options: dict
    state: str
    cancelling: bool
    attempt: int
    error: str | None
    schedule: uuid.UUID | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    counts: Counts
    findings: dict


def dsn(url: str) -> dict:
    """asyncpg's own words for `postgres://user@%2Fsocket%2Ffolder/database`."""
    parts = urllib.parse.urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return {"user": user, "host": urllib.parse.unquote(host), "database": parts.path.lstrip("/")}


@asynccontextmanager
async def lifespan(app: FastAPI):
    async def prepare(connection):
        await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")

    async with asyncpg.create_pool(**dsn(sys.argv[1]), min_size=16, max_size=16, init=prepare) as pool:
        await pool.execute(TABLES)
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/healthz")
async def health():
    return {"status": "ok"}


def audit(row) -> dict:
    counts = {name: row[name] for name in ("pages", "pending", "bytes", "broken")}
    return {**dict(row), "counts": counts}


@app.get("/v1/audits/{id}", response_model=Audit)
async def read(id: uuid.UUID):
    row = await app.state.pool.fetchrow("SELECT * FROM peer.audits WHERE id = $1", id)
    if row is None:
        raise HTTPException(404)
    return audit(row)


@app.post("/v1/audits", status_code=202, response_model=Audit)
async def create(new: NewAudit, response: Response):
    id, now, options = uuid.uuid4(), datetime.now(timezone.utc), new.model_dump(exclude={"url"})
    async with app.state.pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(
            "INSERT INTO peer.audits (id, owner, url, options, state, created_at, last_event)"
            " VALUES ($1, 'local', $2, $3, 'queued', $4, 1) RETURNING *",
            id, str(new.url), options, now,
        )
        await connection.execute("INSERT INTO peer.jobs VALUES ($1, 'ready', $2)", id, now)
        event = {"event": "state", "state": "queued", "attempt": 0}
        await connection.execute("INSERT INTO peer.events VALUES ($1, 1, $2, $3)", id, now, event)
        await connection.execute("SELECT pg_notify('peer', 'work')")
    response.headers["Location"] = f"/v1/audits/{id}"
    return audit(row)


if __name__ == "__main__":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    address = "http://%s:%d" % listener.getsockname()
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning"))
    print(address, flush=True)
    server.run(sockets=[listener])
