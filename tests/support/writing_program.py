"""Run as a program: starts the embedded server on the directory named and writes until it is killed.

The second argument is the first number to write. Each number is printed only after its COMMIT was acknowledged.
"""

import os
import sys
import threading
from pathlib import Path

import psycopg

from televent.adapters.postgres.embedded import EmbeddedPostgres


def write(url: str, first: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for number in range(first, first + 1_000_000):
            connection.execute("INSERT INTO written VALUES (%s, repeat('x', 500))", [number])
            os.write(1, f"{number}\n".encode())


def main() -> None:
    url = EmbeddedPostgres().start(Path(sys.argv[1]))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS written (n int PRIMARY KEY, filling text)")
    writers = [threading.Thread(target=write, args=(url, int(sys.argv[2]) + n * 1_000_000)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()


if __name__ == "__main__":
    main()
