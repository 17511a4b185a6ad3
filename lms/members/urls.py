"""Sign-in: the names are allauth's, so that its own redirects find them."""

from django.urls import path

from lms.members import sign_in

urlpatterns = [
    path("sign-in/", sign_in.login, name="account_login"),
    path("sign-out/", sign_in.logout, name="account_logout"),
    path("sign-in/password/", sign_in.change_password, name="account_change_password"),
    path("sign-in/password/first/", sign_in.set_password, name="account_set_password"),
    path("sign-in/forgotten/", sign_in.password_forgotten, name="account_reset_password"),
    path("admin/login/", sign_in.back_office_door, name="back_office_door"),
]
