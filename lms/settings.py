"""Every setting, grouped by concern; the environment is read in `env.py` alone."""

from django.utils.translation import gettext_lazy as _

from lms import env

BASE_DIR = env.BASE_DIR
DEBUG = env.DEBUG
SECRET_KEY = env.SECRET_KEY
SECRET_KEY_FALLBACKS = env.SECRET_KEY_FALLBACKS
# Who starts a school with HOST=0.0.0.0 wants it reached by every name; `check --deploy` does not.
ALLOWED_HOSTS = env.ALLOWED_HOSTS or (
    ["*"] if env.EVERYWHERE else ["127.0.0.1", "localhost", "[::1]", env.HOST]
)
PUBLIC_URL = env.PUBLIC_URL
TRUSTED_PROXIES = env.TRUSTED_PROXIES
LOG_LEVEL = env.LOG_LEVEL
# What `check --deploy` asks about how this school was set up.
SECRET_KEY_GIVEN = env.SECRET_KEY_GIVEN
DATABASE = env.DATABASE
EMBEDDED_DATABASE = not env.DATABASE_URL
EMBEDDED_REDIS = not env.REDIS_URL_GIVEN
REDIS_URL = env.REDIS_URL
THROWAWAY_DATABASE = env.THROWAWAY_DATABASE
DEMO_MARK = env.VAR_DIR / "demo-school"
ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.asgi.pages"
ASGI_APPLICATION = "lms.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

INSTALLED_APPS = [
    "lms.reports",
    "live",
    "exams",
    "courses",
    "media_pipeline",
    "lms.members",
    "lms.core",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "treebeard",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "django_vite",
    "csp",
    "allauth",
    "allauth.account",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lms.core.presentation.language_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lms.core.access.AccessMiddleware",
    "courses.catalogue.middleware.HiddenPagesMiddleware",
    "lms.members.middleware.PeopleMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.core.presentation.presentation",
            ],
        },
    },
]

# --- Database -----------------------------------------------------------------------------
# The pool keeps connections across requests of all threads; a connection that a restart of
# PostgreSQL has cut is noticed before it is used. Timeouts: a page that waits for a lock longer
# than this is better told so than left hanging.
DATABASES = {
    "default": {
        **env.DATABASE,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **env.DATABASE.get("OPTIONS", {}),  # sslmode and the like, from DATABASE_URL
            "pool": {"min_size": 1, "max_size": 20, "timeout": 15},
            # What runs with a `preparing_cursor` is prepared at once; nothing else ever is.
            "prepare_threshold": 0,
            "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
        },
    }
}

# --- Redis: cache, broker, channel layer; nothing in it that cannot be rebuilt ---------------
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.REDIS_URL,
        "KEY_PREFIX": "lms",
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [env.REDIS_URL], "capacity": 1000, "expiry": 10, "prefix": "lms"},
    }
}
CELERY_APPLICATION = "lms.celery.app"
# Celery writes a socket's address in another way than redis-py does.
CELERY_BROKER_URL = (
    env.REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
    if env.REDIS_URL.startswith("unix://")
    else env.REDIS_URL
)
# Above the longest job; the lease in the job's row is what really guards against two runs.
CELERY_VISIBILITY_TIMEOUT_SECONDS = 6 * 3600

# --- People and sign-in ---------------------------------------------------------------------
AUTH_USER_MODEL = "members.Member"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "lms.members.backends.NumberOrPhoneBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "number"
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "lms.members.adapter.AccountAdapter"
ACCOUNT_RATE_LIMITS = False  # one throttle for every way in: axes
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours: a quarter of an hour, then by itself
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the time we name is the time it takes
AXES_USERNAME_CALLABLE = "lms.members.backends.throttled_name"
AXES_LOCKOUT_CALLABLE = "lms.members.sign_in.locked"
AXES_VERBOSE = False
SESSION_ENGINE = "lms.members.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [env.PUBLIC_URL]

# --- Study hours ------------------------------------------------------------------------------
APPEAL_DAYS = 15  # an appeal is answered within so many days, or the level above is told

# --- Security headers -----------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if env.HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.HTTPS else None
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if env.HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/admin/",),
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'", "blob:"],
        "worker-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- Language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
LOCALE_PATHS = [BASE_DIR / "lms" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True

# --- Files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # `collectstatic` fills it where nginx serves it
STATICFILES_DIRS = [("bundles", BASE_DIR / "frontend" / "dist")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/bundles/assets/"
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": BASE_DIR / "frontend" / "dist" / "manifest.json",
        "static_url_prefix": "bundles",
    }
}
MEDIA_ROOT = env.MEDIA_ROOT
RUN_DIR = env.RUN_DIR  # sockets between processes of one machine
MEDIA_URL = "/files/"  # never mounted: every file is served by a view that knows who may see it
STORAGES = {
    "default": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {"bucket_name": env.MEDIA_BUCKET, "signature_version": "s3v4"},
        }
        if env.MEDIA_BUCKET
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_STORAGE_URL = env.MEDIA_STORAGE_URL
MEDIA_SHARED = env.MEDIA_SHARED
MEDIA_CACHE_BYTES = env.MEDIA_CACHE_BYTES
MEDIA_KEY_SECRET = env.MEDIA_KEY_SECRET
FFMPEG = env.FFMPEG
LIVE_ICE_SERVERS = env.LIVE_ICE_SERVERS
LIVE_RTMP_URL = env.LIVE_RTMP_URL
LIVE_RTMP_PULL = env.LIVE_RTMP_PULL
LIVE_RTMP_HOSTS = env.LIVE_RTMP_HOSTS
PUSH_SERVICES = env.PUSH_SERVICES
PUSH_CONTACT = env.PUSH_CONTACT
MEDIA_MAX_UPLOAD_BYTES = 8 * 1024**3
# Kept free for the database, logs and everything else that must go on when uploads cannot.
MEDIA_RESERVE_BYTES = 512 * 1024**2
# So long a lecture's content that was replaced is kept, so that it can be shown again.
MEDIA_REPLACED_DAYS = 30
# What the whole school and one person may keep where the back office lays down nothing else;
# None for no limit but the disk's.
MEDIA_BRANCH_QUOTA_BYTES: int | None = 2 * 1024**4
MEDIA_MEMBER_QUOTA_BYTES: int | None = 200 * 1024**3
# A file sent by the plain form, without JavaScript: it goes up in one piece or not at all.
MEDIA_PLAIN_FORM_BYTES = 200 * 1024**2
# nginx's internal location over MEDIA_ROOT, or before the bucket: it sends the bytes of lectures,
# we only say yes.
MEDIA_ACCEL_PREFIX = env.MEDIA_ACCEL_PREFIX

# --- Study together ---------------------------------------------------------------------------
GATHERING_LATE_DAYS = 7  # so long after the close somebody can still be put on the list
GATHERING_SCAN_BYTES = 10 * 1024**2  # one photograph or PDF of a signed sheet

# --- Answer sheets ----------------------------------------------------------------------------
SHEET_FILE_BYTES = 64 * 1024**2  # one scanned PDF or photograph
SHEET_READING_SECONDS = 300  # so long a file may be read; what was read until then is kept

# --- Wagtail ----------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "网上党校"
WAGTAILADMIN_BASE_URL = env.PUBLIC_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 36_000_000
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILDOCS_BLOCK_EMBEDDED_CONTENT = True
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "txt"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
}
PLATFORM_REQUESTS_A_MINUTE = 120  # for each token of another system
# Where xAPI statements are posted to; nowhere unless set.
LRS_ENDPOINT = env.LRS_ENDPOINT
LRS_KEY = env.LRS_KEY
LRS_SECRET = env.LRS_SECRET
SPECTACULAR_SETTINGS = {
    "TITLE": "Online party school API",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "PREPROCESSING_HOOKS": ["lms.core.schema.our_endpoints"],  # not Wagtail's nor allauth's
}

# --- Logging ----------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env.LOG_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
    },
}
