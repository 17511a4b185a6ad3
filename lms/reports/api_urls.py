"""The addresses of the JSON API of hours and statements, below /api/v1/."""

from django.urls import path

from lms.reports import api
from lms.reports.xapi.api import StatementsView

app_name = "reports_api"

urlpatterns = [
    path("study-hours/", api.StudyHoursView.as_view(), name="study_hours"),
    path("ledger-heads/", api.LedgerHeadsView.as_view(), name="ledger_heads"),
    path(
        "members/<str:number>/years/<int:year>/", api.MemberYearView.as_view(), name="member_year"
    ),
    path("branches/<str:code>/years/<int:year>/", api.BranchYearView.as_view(), name="branch_year"),
    path("xapi/statements", StatementsView.as_view(), name="xapi_statements"),
]
