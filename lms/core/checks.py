"""`python -m lms check --deploy`: settings no real school may open with, a sentence each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.translation import gettext_lazy as _

LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}
SHORTEST_KEY = 50
MOST_FAILURES = 20  # sign-in attempts before a pause
SAFE_TLS = {"require", "verify-ca", "verify-full"}


@dataclass(frozen=True)
class Refusal:
    """One unsafe setting: `id`, how to recognise it, and what to do about it."""

    id: str
    is_unsafe: Callable[[], bool]
    sentence: Any


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _public_host_is_not_allowed() -> bool:
    host = _host(settings.PUBLIC_URL)
    return "*" not in settings.ALLOWED_HOSTS and not any(
        host == allowed or (allowed.startswith(".") and host.endswith(allowed))
        for allowed in settings.ALLOWED_HOSTS
    )


def _database() -> dict[str, Any]:
    return dict(settings.DATABASE)


def _database_is_remote() -> bool:
    host = str(_database().get("HOST") or "")
    return host not in LOCAL_HOSTS and not host.startswith("/")


def _redis_is_remote() -> bool:
    return (
        not settings.REDIS_URL.startswith("unix:") and _host(settings.REDIS_URL) not in LOCAL_HOSTS
    )


def _scripts_are_open() -> bool:
    directives: Any = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    sources = directives.get("script-src", directives.get("default-src", ["*"]))
    return bool({"*", "'unsafe-inline'", "'unsafe-eval'", "http:", "https:"} & set(sources))


def _files_lie_in_the_open() -> bool:
    media, static = settings.MEDIA_ROOT, settings.STATIC_ROOT
    return bool(media == static or media.is_relative_to(static))


REFUSALS: Sequence[Refusal] = (
    Refusal(
        "debug", lambda: settings.DEBUG, _("DEBUG 已打开，出错页面会泄露内部信息；请去掉这个设置。")
    ),
    Refusal(
        "secret-key-missing",
        lambda: not settings.SECRET_KEY_GIVEN,
        _("没有设置 SECRET_KEY；请生成一个随机密钥写进环境变量，各台机器用同一个。"),
    ),
    Refusal(
        "secret-key-weak",
        lambda: len(settings.SECRET_KEY) < SHORTEST_KEY or len(set(settings.SECRET_KEY)) < 10,
        _("SECRET_KEY 太短或太有规律；请换成至少 50 个随机字符。"),
    ),
    Refusal(
        "hosts-any",
        lambda: any(host in {"*", "."} for host in settings.ALLOWED_HOSTS),
        _("ALLOWED_HOSTS 允许任何主机名；请写明学校的域名。"),
    ),
    Refusal(
        "hosts-public-url",
        _public_host_is_not_allowed,
        _("PUBLIC_URL 的主机名不在 ALLOWED_HOSTS 里，学员会打不开网站；请把它加进去。"),
    ),
    Refusal(
        "public-url-http",
        lambda: not settings.PUBLIC_URL.startswith("https://"),
        _("PUBLIC_URL 不是 https 地址，密码会明文传输；请配置证书并改为 https。"),
    ),
    Refusal(
        "public-url-local",
        lambda: _host(settings.PUBLIC_URL) in LOCAL_HOSTS,
        _("PUBLIC_URL 是本机地址；请设为学员访问的网址。"),
    ),
    Refusal(
        "cookies-open",
        lambda: (
            not (
                settings.SESSION_COOKIE_SECURE
                and settings.CSRF_COOKIE_SECURE
                and settings.SESSION_COOKIE_HTTPONLY
            )
        ),
        _("登录凭证可能明文传输或被脚本读取；请用 https 的 PUBLIC_URL，并保留默认的 Cookie 设置。"),
    ),
    Refusal(
        "hsts-off",
        lambda: settings.SECURE_HSTS_SECONDS < 3600,
        _("没有要求浏览器一直用 https；请使用 https 的 PUBLIC_URL。"),
    ),
    Refusal(
        "database-embedded",
        lambda: settings.EMBEDDED_DATABASE,
        _("没有设置 DATABASE_URL，正在用随附的数据库；请改用有备份的 PostgreSQL 服务器。"),
    ),
    Refusal(
        "database-throwaway",
        lambda: settings.THROWAWAY_DATABASE,
        _("THROWAWAY_DATABASE 只供测试，断电会丢数据；请去掉这个设置。"),
    ),
    Refusal(
        "database-no-password",
        lambda: _database_is_remote() and not _database().get("PASSWORD"),
        _("DATABASE_URL 里没有密码；请给数据库账号设置密码。"),
    ),
    Refusal(
        "database-plain",
        lambda: (
            _database_is_remote() and _database().get("OPTIONS", {}).get("sslmode") not in SAFE_TLS
        ),
        _("与数据库的连接没有加密；请在 DATABASE_URL 末尾加上 ?sslmode=require 或更严的方式。"),
    ),
    Refusal(
        "redis-embedded",
        lambda: settings.EMBEDDED_REDIS,
        _("没有设置 REDIS_URL，正在用随附的 Redis；请改用独立的 Redis 服务器。"),
    ),
    Refusal(
        "redis-no-password",
        lambda: _redis_is_remote() and not urlsplit(settings.REDIS_URL).password,
        _("REDIS_URL 里没有密码，局域网里谁都能改任务队列；请给 Redis 设置密码。"),
    ),
    Refusal(
        "sessions-losable",
        lambda: settings.SESSION_ENGINE.endswith(".cache"),
        _("登录状态只存在 Redis 里，Redis 重启大家都要重新登录；请把 SESSION_ENGINE 改回数据库。"),
    ),
    Refusal(
        "demo-school",
        lambda: settings.DEMO_MARK.exists(),
        _("这里是演示学校，密码人人知道；请用新的数据库和新的 VAR_DIR 开办正式学校。"),
    ),
    Refusal(
        "proxies-any",
        lambda: "*" in settings.TRUSTED_PROXIES,
        _("TRUSTED_PROXIES 信任任何来源，访问者可以伪造自己的地址；请只写代理服务器的地址。"),
    ),
    Refusal(
        "scripts-open",
        _scripts_are_open,
        _("内容安全策略允许任意脚本；请恢复 script-src 的默认设置。"),
    ),
    Refusal(
        "password-hash-weak",
        lambda: (
            not any(
                name in settings.PASSWORD_HASHERS[0]
                for name in ("Argon2", "PBKDF2", "Scrypt", "BCrypt")
            )
        ),
        _("密码的保存方式太弱；请恢复 PASSWORD_HASHERS 的默认设置。"),
    ),
    Refusal(
        "sign-in-unlimited",
        lambda: (
            not (
                getattr(settings, "AXES_ENABLED", True)
                and 0 < settings.AXES_FAILURE_LIMIT <= MOST_FAILURES
            )
        ),
        _("登录不限次数，密码可以被反复试；请恢复 AXES_FAILURE_LIMIT 的默认设置。"),
    ),
    Refusal(
        "api-open",
        lambda: (
            "rest_framework.permissions.IsAuthenticated"
            not in list(cast(Any, settings.REST_FRAMEWORK["DEFAULT_PERMISSION_CLASSES"]))
        ),
        _("接口默认不要求登录；请恢复 DEFAULT_PERMISSION_CLASSES。"),
    ),
    Refusal(
        "files-open",
        _files_lie_in_the_open,
        _("MEDIA_ROOT 放在公开目录里，讲课视频谁都能下载；请把它移到别处。"),
    ),
    Refusal(
        "documents-open",
        lambda: (
            settings.WAGTAILDOCS_SERVE_METHOD != "serve_view"
            or bool(settings.WAGTAILDOCS_INLINE_CONTENT_TYPES)
        ),
        _("后台上传的文件可能绕过权限或直接在浏览器里运行；请恢复 WAGTAILDOCS 的默认设置。"),
    ),
    Refusal(
        "pictures-with-scripts",
        lambda: "svg" in settings.WAGTAILIMAGES_EXTENSIONS,
        _("允许上传 SVG 图片，图片里可以夹带脚本；请从 WAGTAILIMAGES_EXTENSIONS 里去掉 svg。"),
    ),
    Refusal(
        "requests-unlimited",
        lambda: (
            settings.DATA_UPLOAD_MAX_MEMORY_SIZE is None
            or settings.DATA_UPLOAD_MAX_NUMBER_FIELDS is None
        ),
        _("请求的大小没有上限，容易被拖垮；请恢复 DATA_UPLOAD_MAX 的默认设置。"),
    ),
    Refusal(
        "log-everything",
        lambda: settings.LOG_LEVEL == "DEBUG",
        _("LOG_LEVEL 是 DEBUG，日志里会有个人信息；请改为 INFO。"),
    ),
)


@register(Tags.security, deploy=True)
def refuse_unsafe_settings(app_configs: Any = None, **about: Any) -> list[CheckMessage]:
    """One error for each unsafe setting."""
    return [
        Error(str(refusal.sentence), id=f"lms.{refusal.id}")
        for refusal in REFUSALS
        if refusal.is_unsafe()
    ]
