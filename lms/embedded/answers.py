"""Do the embedded servers answer?"""

import psycopg
import redis

from lms import env


def wanted() -> list[str]:
    """The servers this machine has to run itself, by name."""
    names = []
    if not env.DATABASE_URL:
        names.append("postgres")
    if not env.REDIS_URL_GIVEN:
        names.append("redis")
    return names


def answering() -> bool:
    checks = {"postgres": postgres_answers, "redis": redis_answers}
    return all(checks[name]() for name in wanted())


def postgres_answers() -> bool:
    try:
        with psycopg.connect(
            host=str(env.RUN_DIR), user="lms", dbname="lms", connect_timeout=5
        ) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def redis_answers() -> bool:
    client = redis.Redis(unix_socket_path=str(env.RUN_DIR / "redis.sock"))
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
