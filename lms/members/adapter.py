"""What our school changes about allauth: nobody signs up, and no mail is sent."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from lms.members.backends import merged_record


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {  # noqa: RUF012  (the base class declares it this way)
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _(
            "编号（或手机号）与密码不符，请核对后再试。忘记密码请联系支部书记。"
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Who still uses the password of a merged record is told which one to use."""
        super().authentication_failed(request, **credentials)
        record = merged_record(credentials.get("username", ""), credentials.get("password", ""))
        if record is not None and record.merged_into is not None:
            raise ValidationError(
                _(
                    "编号 %(old)s 已并入 %(new)s。请用 %(new)s 和它的密码登录；"
                    "忘记密码请联系支部书记。"
                )
                % {"old": record.number, "new": record.merged_into.number}
            )

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **said: Any) -> HttpResponse:
        if came_by := getattr(user, "came_by", ""):
            messages.info(
                request,
                _("编号 %(old)s 已并入 %(new)s，学时都在这里。今后请用 %(new)s 登录。")
                % {"old": came_by, "new": user.get_username()},
            )
        answer: HttpResponse = super().post_login(request, user, **said)
        return answer

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        raise AssertionError("our backend lets no inactive member through")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Members have no mailbox with us."""
