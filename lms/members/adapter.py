"""What our school changes about allauth: nobody signs up, and no mail is sent."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {  # noqa: RUF012  (the base class declares it this way)
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _(
            "编号（或手机号）与密码不符，请核对后再试。忘记密码请联系支部书记。"
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        raise AssertionError("our backend lets no inactive member through")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Members have no mailbox with us."""
