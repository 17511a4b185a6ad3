"""Who reaches whose: one line for each route of ours, and how its objects are named."""

from tests.architecture.access_objects import (
    ABOUT,
    ABOVE,
    ADMINISTRATORS,
    AUDIENCE,
    BELONGING,
    BOARD,
    BOUND,
    BRANCH_FORMS,
    BRANCH_RECORDS,
    BRANCHES,
    BY_BRANCH,
    BY_PERSON,
    CERTIFICATES,
    CLASSES,
    EVERYBODY,
    HOSTS,
    LECTURES,
    NOBODY,
    ONESELF,
    OTHERS,
    OVERSEERS,
    OWN,
    PARENT,
    RECORDS,
    RELIEFS,
    RESULTS,
    ROLES,
    SELF,
    SIBLING,
    SITTERS,
    TEACHERS,
    TEACHERS_THERE,
    TUS,
    WHO_SIGNED_IN,
    Case,
    answered,
    appeal,
    applied_roster,
    asset,
    attempt,
    attempt_there,
    attended,
    branch,
    caption_copy,
    captions,
    case,
    certificate,
    class_link,
    class_person,
    closable,
    closed_gathering,
    closed_tally,
    closing,
    contest,
    correction,
    course,
    daily_answered,
    draft_contest,
    entry,
    exam,
    export,
    final,
    final_picture,
    finished_final,
    gathering,
    held_exam,
    issued_here,
    lecture_key,
    lecture_link,
    ledger_form,
    lesson,
    live_class,
    marked_attempt,
    merge,
    own_attempt,
    own_class,
    own_form,
    own_sheet,
    paper,
    paper_exam,
    person,
    published_exam,
    question,
    question_import,
    question_media,
    question_source,
    register_form,
    released_attempt,
    relief,
    roster,
    rules,
    run_contest,
    sat_exam,
    saved_filter,
    sealed_paper,
    session,
    tally,
    token,
    upload,
    version,
)

CASES: dict[str, Case] = {
    # The ground floor
    "healthz": Case(EVERYBODY),
    "readyz": Case(EVERYBODY),
    "preferences/": Case(EVERYBODY, method="POST"),
    "help/": Case(EVERYBODY),
    "styleguide/": Case(EVERYBODY),
    # People
    "sign-in/": Case(EVERYBODY),
    "sign-out/": Case(EVERYBODY),
    "sign-in/forgotten/": Case(EVERYBODY),
    "sign-in/password/": Case(WHO_SIGNED_IN),
    "sign-in/password/first/": Case(WHO_SIGNED_IN),
    "admin/login/": Case(WHO_SIGNED_IN),  # sends everybody on: to the sign-in page, or inside
    "admin/questions/import/": Case(TEACHERS),
    "admin/questions/import/<int:pk>/": Case(
        dict.fromkeys(TEACHERS, (SELF,)), question_import, **BY_PERSON
    ),
    "admin/questions/import/<int:pk>/end/": Case(
        dict.fromkeys(TEACHERS, (SELF,)), question_import, method="POST", **BY_PERSON
    ),
    "admin/questions/import/template/<str:file_format>/": Case(
        TEACHERS, lambda *_: {"file_format": "text"}
    ),
    "admin/questions/export/<str:file_format>/": Case(TEACHERS, lambda *_: {"file_format": "text"}),
    "admin/roster/": Case(ADMINISTRATORS),
    "admin/roster/template.<slug:form>": Case(ADMINISTRATORS, lambda *_: {"form": "xlsx"}),
    "admin/roster/<int:pk>/": Case(dict.fromkeys(ADMINISTRATORS, (SELF,)), roster, **BY_PERSON),
    "admin/roster/<int:pk>/apply/": Case(
        dict.fromkeys(ADMINISTRATORS, (SELF,)), roster, method="POST", **BY_PERSON
    ),
    "admin/roster/<int:pk>/codes.xlsx": Case(
        dict.fromkeys(ADMINISTRATORS, (SELF,)), applied_roster, **BY_PERSON
    ),
    "admin/members/first-code/<int:pk>/": Case(
        {"administrator": (SELF, OWN), "school": (SELF, OWN, SIBLING, PARENT)},
        person,
        method="POST",
        **BY_PERSON,
    ),
    "admin/members/standing/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/members/": Case(ADMINISTRATORS),
    "admin/members/results/": Case(ADMINISTRATORS),
    "admin/members/new/": Case(ADMINISTRATORS),
    "admin/members/edit/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/members/delete/<int:pk>/": Case(NOBODY, person, **BY_PERSON),
    "admin/members/history/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/members/history-results/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/members/usage/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/members/inspect/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/branches/": Case(ADMINISTRATORS),
    "admin/branches/results/": Case(ADMINISTRATORS),
    "admin/branches/new/": Case(ADMINISTRATORS),
    "admin/branches/edit/<int:pk>/": Case(BRANCH_RECORDS, branch, **BY_BRANCH),
    "admin/branches/delete/<int:pk>/": Case(NOBODY, branch, **BY_BRANCH),
    "admin/branches/history/<int:pk>/": Case(BRANCH_RECORDS, branch, **BY_BRANCH),
    "admin/branches/history-results/<int:pk>/": Case(BRANCH_RECORDS, branch, **BY_BRANCH),
    "admin/branches/usage/<int:pk>/": Case(BRANCH_RECORDS, branch, **BY_BRANCH),
    "admin/branches/inspect/<int:pk>/": Case(BRANCH_RECORDS, branch, **BY_BRANCH),
    "admin/merges/": Case(ADMINISTRATORS),
    "admin/merges/new/<int:kept>/<int:lost>/": Case(BRANCH_RECORDS, merge, **BY_BRANCH),
    "admin/merges/<int:pk>/": Case(BRANCH_RECORDS, merge, **BY_BRANCH),
    "admin/merges/<int:pk>/undo/": Case(BRANCH_RECORDS, merge, **BY_BRANCH),
    # Tokens of other systems
    "admin/platforms/": Case(ADMINISTRATORS),
    "admin/platforms/results/": Case(ADMINISTRATORS),
    "admin/platforms/new/": Case(NOBODY),
    "admin/platforms/issue/": Case(ADMINISTRATORS),
    "admin/platforms/inspect/<int:pk>/": Case(BRANCH_RECORDS, token, **BY_BRANCH),
    "admin/platforms/renew/<int:pk>/": Case(BRANCH_RECORDS, token, **BY_BRANCH),
    "admin/platforms/revoke/<int:pk>/": Case(BRANCH_RECORDS, token, method="POST", **BY_BRANCH),
    "admin/platforms/edit/<int:pk>/": Case(NOBODY, token, **BY_BRANCH),
    "admin/platforms/delete/<int:pk>/": Case(NOBODY, token, **BY_BRANCH),
    "admin/platforms/history/<int:pk>/": Case(NOBODY, token, **BY_BRANCH),
    "admin/platforms/history-results/<int:pk>/": Case(NOBODY, token, **BY_BRANCH),
    "admin/platforms/usage/<int:pk>/": Case(NOBODY, token, **BY_BRANCH),
    # Read by other systems alone, with a token: test_platform_matrix.py
    "api/v1/study-hours/": Case(NOBODY),
    "api/v1/ledger-heads/": Case(NOBODY),
    "api/v1/members/<str:number>/years/<int:year>/": Case(NOBODY),
    "api/v1/branches/<str:code>/years/<int:year>/": Case(NOBODY),
    "api/v1/xapi/statements": Case(NOBODY),
    # Questions
    "admin/questions/": Case(TEACHERS),
    "admin/questions/new/": Case(
        TEACHERS_THERE,
        data=lambda world, where, _role: {"branch": world.branch(where).pk, "kind": "single"},
        **BY_BRANCH,
    ),
    "admin/questions/duplicates/": Case(TEACHERS),
    "admin/questions/sources/": Case(TEACHERS),
    "admin/questions/sources/<int:text_id>/": Case(TEACHERS_THERE, question_source, **BY_BRANCH),
    "admin/questions/topics/": Case(TEACHERS),
    "admin/questions/<int:question_id>/": Case(TEACHERS_THERE, question, **BY_BRANCH),
    "admin/questions/<int:question_id>/edit/": Case(TEACHERS_THERE, question, **BY_BRANCH),
    # A link to a picture is the member's own, whoever else gets hold of it.
    "exams/question-media/<str:token>/": Case(ONESELF, question_media, **BY_PERSON),
    # Practice
    "practice/": Case(WHO_SIGNED_IN),
    "practice/wrong/": Case(WHO_SIGNED_IN),
    "practice/next/": Case(WHO_SIGNED_IN),
    "practice/<int:question_id>/": Case(BELONGING, question, **BY_BRANCH),
    "practice/<int:question_id>/answer/": Case(BELONGING, answered, **BY_BRANCH),
    # Rules and reliefs
    "admin/rules/": Case(ADMINISTRATORS),
    "admin/rules/switches/": Case(ADMINISTRATORS),
    "admin/rules/switches/<slug:switch>/": Case(ADMINISTRATORS, lambda *_: {"switch": "ranking"}),
    "admin/rules/<int:branch_id>/": Case(BRANCH_RECORDS, rules, **BY_BRANCH),
    "admin/rules/<int:branch_id>/next/<int:year>/": Case(BRANCH_RECORDS, rules, **BY_BRANCH),
    "admin/rules/<int:branch_id>/publish/": Case(BRANCH_RECORDS, rules, method="POST", **BY_BRANCH),
    "rules/<path:version>/": Case(BOUND, version, **BY_BRANCH),
    "reliefs/": Case(OVERSEERS),
    "reliefs/new/": Case(OVERSEERS),
    "reliefs/new/<int:member_id>/": Case(OTHERS, person, **BY_PERSON),
    "reliefs/<int:relief_id>/": Case(RELIEFS, relief, **BY_PERSON),
    "reliefs/<int:relief_id>/decide/": Case(
        {role: wheres for role, wheres in RELIEFS.items() if role in OVERSEERS},
        relief,
        method="POST",
        data=lambda *_: {"verb": "approve"},
        **BY_PERSON,
    ),
    # Reports
    "archive/": Case(WHO_SIGNED_IN),
    "archive/entries/<int:entry_id>/": Case(ONESELF, entry, **BY_PERSON),
    "board/": Case(OVERSEERS),
    "archive/archive.pdf": Case(WHO_SIGNED_IN),
    "board/<int:branch_id>/compare/": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/trend/": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/members/<int:member_id>/archive.pdf": Case(BOARD, person, **BY_PERSON),
    "board/<int:branch_id>/": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/export.csv": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/export.xlsx": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/members/<int:member_id>/": Case(BOARD, person, **BY_PERSON),
    "board/<int:branch_id>/members/<int:member_id>/entries/<int:entry_id>/": Case(
        BOARD, entry, **BY_PERSON
    ),
    "board/<int:branch_id>/forms/": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/forms/new/": Case(BOARD, branch, method="POST", **BY_BRANCH),
    "board/<int:branch_id>/forms/<slug:key>/": Case(BOARD, ledger_form, **BY_BRANCH),
    "board/<int:branch_id>/forms/<slug:key>/blank/": Case(BOARD, ledger_form, **BY_BRANCH),
    "board/<int:branch_id>/forms/<slug:key>/remove/": Case(
        BRANCH_FORMS, own_form, method="POST", **BY_BRANCH
    ),
    "board/<int:branch_id>/members/<int:member_id>/forms/": Case(BOARD, person, **BY_PERSON),
    "board/<int:branch_id>/members/<int:member_id>/forms/<slug:key>/": Case(
        BOARD, register_form, **BY_PERSON
    ),
    "board/<int:branch_id>/yearbook/": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/yearbook.xlsx": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/yearbook.pdf": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/filters/": Case(BOARD, branch, method="POST", **BY_BRANCH),
    "board/filters/<int:filter_id>/remove/": Case(
        dict.fromkeys(OVERSEERS, (SELF,)), saved_filter, method="POST", **BY_PERSON
    ),
    "exports/": Case(OVERSEERS),
    "board/<int:branch_id>/exports/": Case(
        BOARD, branch, method="POST", data=lambda *_: {"form": "csv"}, **BY_BRANCH
    ),
    "exports/<int:export_id>/": Case(
        dict.fromkeys(OVERSEERS, (SELF,)),
        export,
        method="POST",
        data=lambda *_: {"verb": "cancel"},
        **BY_PERSON,
    ),
    "exports/<int:export_id>/file/": Case(dict.fromkeys(OVERSEERS, (SELF,)), export, **BY_PERSON),
    # Corrections and appeals
    "corrections/": Case(OVERSEERS),
    "corrections/<int:correction_id>/": Case(ABOUT, correction, **BY_PERSON),
    "corrections/entries/<int:entry_id>/": Case(OTHERS, entry, **BY_PERSON),
    "corrections/members/<int:member_id>/": Case(OTHERS, person, **BY_PERSON),
    "appeals/": Case(WHO_SIGNED_IN),
    "appeals/new/": Case(WHO_SIGNED_IN),
    "appeals/entries/<int:entry_id>/": Case(ONESELF, entry, **BY_PERSON),
    "appeals/lessons/<int:lesson_id>/": Case(AUDIENCE, lesson, **BY_BRANCH),
    "appeals/<int:appeal_id>/": Case(ABOUT, appeal, **BY_PERSON),
    # Closed years
    "closings/": Case(OVERSEERS),
    "closings/new/": Case(BRANCH_RECORDS, data=closable, **BY_BRANCH),
    "closings/<int:closing_id>/": Case(OTHERS, closing, **BY_BRANCH),
    "closings/<int:closing_id>/sheet/": Case(OTHERS, closing, **BY_BRANCH),
    "closings/<int:closing_id>/sheet.pdf": Case(OTHERS, closing, **BY_BRANCH),
    "closings/<int:closing_id>/export.csv": Case(OTHERS, closing, **BY_BRANCH),
    "verify-year/<slug:code>/": Case(
        EVERYBODY, lambda world, where, role: {"code": world.closing(OWN).code}
    ),
    # Training classes and certificates
    "classes/": Case(WHO_SIGNED_IN),
    "classes/led/": Case(WHO_SIGNED_IN),
    "classes/<int:class_id>/": Case(ONESELF, own_class, **BY_PERSON),
    "classes/<int:class_id>/essay/": Case(ONESELF, own_class, method="POST", **BY_PERSON),
    "classes/<int:class_id>/people/": Case(CLASSES, class_person, **BY_BRANCH),
    "classes/<int:class_id>/people/<int:enrolment_id>/": Case(CLASSES, class_person, **BY_BRANCH),
    "classes/<int:class_id>/people/<int:enrolment_id>/essays/<int:essay_id>/": Case(
        BRANCH_RECORDS, class_person, method="POST", **BY_BRANCH
    ),
    "classes/<int:class_id>/people/<int:enrolment_id>/confirmation/": Case(
        BRANCH_RECORDS, class_person, method="POST", **BY_BRANCH
    ),
    "certificates/<int:certificate_id>/": Case(CERTIFICATES, certificate, **BY_PERSON),
    "certificates/<int:certificate_id>/certificate.pdf": Case(
        CERTIFICATES, certificate, **BY_PERSON
    ),
    "verify/": Case(EVERYBODY),
    "verify/<str:code>/": Case(
        EVERYBODY, lambda world, where, role: certificate(world, OWN, "school")
    ),
    "admin/classes/": Case(ADMINISTRATORS),
    "admin/classes/results/": Case(ADMINISTRATORS),
    "admin/classes/new/": Case(ADMINISTRATORS),
    "admin/classes/edit/<int:pk>/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/delete/<int:pk>/": Case(NOBODY, class_person, **BY_BRANCH),  # drafts alone
    "admin/classes/history/<int:pk>/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/history-results/<int:pk>/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/usage/<int:pk>/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/<int:pk>/plan/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/<int:pk>/rule/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/<int:pk>/people/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/<int:pk>/people/new/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/<int:pk>/people/<int:enrolment_id>/": Case(
        BRANCH_RECORDS, class_person, **BY_BRANCH
    ),
    "admin/classes/<int:pk>/open/": Case(BRANCH_RECORDS, class_person, method="POST", **BY_BRANCH),
    # Papers and exams, for those who make them
    "admin/papers/": Case(TEACHERS),
    "admin/papers/results/": Case(TEACHERS),
    "admin/papers/new/": Case(TEACHERS),
    "admin/papers/edit/<int:pk>/": Case(LECTURES, paper, **BY_BRANCH),
    "admin/papers/delete/<int:pk>/": Case(LECTURES, paper, **BY_BRANCH),
    "admin/papers/history/<int:pk>/": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/history-results/<int:pk>/": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/usage/<int:pk>/": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/<int:pk>/": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/<int:pk>/blueprint/": Case(LECTURES, paper, **BY_BRANCH),
    "admin/papers/<int:pk>/preview/": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/<int:pk>/paper.pdf": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/<int:pk>/key.pdf": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/exams/": Case(ADMINISTRATORS),
    "admin/exams/results/": Case(ADMINISTRATORS),
    "admin/exams/new/": Case(ADMINISTRATORS),
    "admin/exams/edit/<int:pk>/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/delete/<int:pk>/": Case(NOBODY, published_exam, **BY_BRANCH),  # drafts alone
    "admin/exams/history/<int:pk>/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/history-results/<int:pk>/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/usage/<int:pk>/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/<int:pk>/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/<int:pk>/seats/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/<int:pk>/seats.pdf": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/contests/": Case(ADMINISTRATORS),
    "admin/contests/results/": Case(ADMINISTRATORS),
    "admin/contests/new/": Case(ADMINISTRATORS),
    "admin/contests/edit/<int:pk>/": Case(BRANCH_RECORDS, draft_contest, **BY_BRANCH),
    "admin/contests/delete/<int:pk>/": Case(BRANCH_RECORDS, draft_contest, **BY_BRANCH),
    "admin/contests/history/<int:pk>/": Case(BRANCH_RECORDS, run_contest, **BY_BRANCH),
    "admin/contests/history-results/<int:pk>/": Case(BRANCH_RECORDS, run_contest, **BY_BRANCH),
    "admin/contests/usage/<int:pk>/": Case(BRANCH_RECORDS, run_contest, **BY_BRANCH),
    "admin/contests/<int:pk>/": Case(BRANCH_RECORDS, run_contest, **BY_BRANCH),
    "admin/contests/<int:pk>/ranking/": Case(BRANCH_RECORDS, run_contest, **BY_BRANCH),
    "admin/contests/<int:pk>/results.xlsx": Case(BRANCH_RECORDS, run_contest, **BY_BRANCH),
    "admin/contests/<int:pk>/results.csv": Case(BRANCH_RECORDS, run_contest, **BY_BRANCH),
    "admin/certificates/": Case(ADMINISTRATORS),
    "admin/certificates/results/": Case(ADMINISTRATORS),
    "admin/certificates/new/": Case(NOBODY),
    "admin/certificates/edit/<int:pk>/": Case(NOBODY, issued_here, **BY_BRANCH),
    "admin/certificates/delete/<int:pk>/": Case(NOBODY, issued_here, **BY_BRANCH),
    "admin/certificates/history/<int:pk>/": Case(NOBODY, issued_here, **BY_BRANCH),
    "admin/certificates/history-results/<int:pk>/": Case(NOBODY, issued_here, **BY_BRANCH),
    "admin/certificates/usage/<int:pk>/": Case(NOBODY, issued_here, **BY_BRANCH),
    "admin/certificates/<int:pk>/": Case(BRANCH_RECORDS, issued_here, **BY_BRANCH),
    # Review
    "review/": Case(OVERSEERS),
    "review/mine/": Case(WHO_SIGNED_IN),
    "review/<int:case_id>/": Case(ABOVE, case, **BY_BRANCH),
    "review/<int:case_id>/decide/": Case(ABOVE, case, method="POST", **BY_BRANCH),
    # Lectures
    "admin/lectures/": Case(TEACHERS),
    "admin/lectures/upload/": Case(TEACHERS),
    "admin/lectures/upload/before/": Case(TEACHERS),
    "admin/lectures/upload/<uuid:upload_id>/abandon/": Case(
        dict.fromkeys(TEACHERS, (SELF,)), upload, method="POST", **BY_PERSON
    ),
    "admin/lectures/storage/": Case(ADMINISTRATORS),
    "admin/lectures/storage/<int:branch_id>/": Case(ABOVE, branch, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/title/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/delete/": Case(BRANCH_RECORDS, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/status/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/retry/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/cancel/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/internal/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/poster/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/preview.mp4": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/chapters/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/captions/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>.vtt": Case(
        LECTURES, captions, **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>/remove/": Case(
        LECTURES, captions, method="POST", **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>.srt": Case(
        LECTURES, captions, **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>/edit/": Case(
        LECTURES, captions, **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>/cues/": Case(
        LECTURES, captions, method="POST", **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/caption-copies/<int:copy_id>.srt": Case(
        LECTURES, caption_copy, **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/caption-copies/<int:copy_id>/restore/": Case(
        LECTURES, caption_copy, method="POST", **BY_BRANCH
    ),
    "admin/choose-lecture/": Case(TEACHERS),
    "admin/choose-lecture/results/": Case(TEACHERS),
    "admin/choose-lecture/chosen/<str:pk>/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/choose-lecture/chosen-multiple/": Case(TEACHERS),
    "uploads/": Case(TEACHERS, method="OPTIONS"),
    "uploads/<uuid:upload_id>/": Case(
        dict.fromkeys(TEACHERS, (SELF,)), upload, method="HEAD", headers=TUS, **BY_PERSON
    ),
    "hls/<str:token>/<str:expiry>/<str:member_id>/<str:asset_id>/<path:rest>": Case(
        ONESELF, lecture_link, **BY_PERSON
    ),
    # A link of one's own opens the key of a lecture one may see, and of no other.
    "hls/<str:token>/<str:expiry>/<str:member_id>/<str:asset_id>/<str:take>/key": Case(
        AUDIENCE, lecture_key, **BY_BRANCH
    # Live classes
    "live/": Case(WHO_SIGNED_IN),
    "live/taught/": Case(TEACHERS),
    "live/new/": Case(TEACHERS),
    "live/uplink/": Case(TEACHERS, method="POST"),
    "live/<int:live_class_id>/": Case(AUDIENCE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/address/": Case(AUDIENCE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/attendance/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/edit/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/studio/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/do/<slug:verb>/": Case(
        TEACHERS_THERE, live_class, method="POST", **BY_BRANCH
    ),
    "live-files/<str:token>/<str:expiry>/<str:member_id>/<str:room>/<path:rest>": Case(
        ONESELF, class_link, **BY_PERSON
    ),
    # Courses
    "": Case(EVERYBODY),
    "courses/": Case(WHO_SIGNED_IN),
    "courses/<str:slug>/": Case(AUDIENCE, course, **BY_BRANCH),
    "courses/<str:slug>/cover/<int:image_id>/": Case(AUDIENCE, course, **BY_BRANCH),
    "lessons/<int:lesson_id>/": Case(AUDIENCE, lesson, **BY_BRANCH),
    "lessons/<int:lesson_id>/transcript.txt": Case(AUDIENCE, lesson, **BY_BRANCH),
    "lessons/<int:lesson_id>/documents/<int:document_id>/": Case(AUDIENCE, lesson, **BY_BRANCH),
    "lessons/<int:lesson_id>/images/<int:image_id>/": Case(AUDIENCE, lesson, **BY_BRANCH),
    "files/<path:name>": Case(
        TEACHERS, lambda world, where, role: {"name": world.picture.file.name}
    ),
    "api/v1/^courses/$": Case(WHO_SIGNED_IN),
    "api/v1/^courses/(?P<slug>[^/]+)/$": Case(AUDIENCE, course, **BY_BRANCH),
    # Study together
    "exams/": Case(WHO_SIGNED_IN),
    "exams/<int:exam_id>/": Case(SITTERS, exam, **BY_BRANCH),
    "exams/<int:exam_id>/start/": Case(SITTERS, exam, method="POST", **BY_BRANCH),
    "exams/<int:exam_id>/room/": Case(BRANCH_RECORDS, exam, **BY_BRANCH),
    "exams/<int:exam_id>/room/act/": Case(BRANCH_RECORDS, exam, method="POST", **BY_BRANCH),
    "exams/attempts/<uuid:attempt_id>/": Case(ONESELF, attempt, **BY_PERSON),
    "exams/attempts/<uuid:attempt_id>/state/": Case(ONESELF, attempt, **BY_PERSON),
    "exams/attempts/<uuid:attempt_id>/take-over/": Case(
        ONESELF, attempt, method="POST", **BY_PERSON
    ),
    "exams/attempts/<uuid:attempt_id>/submit/": Case(ONESELF, attempt, method="POST", **BY_PERSON),
    "exams/attempts/<uuid:attempt_id>/receipt/": Case(ONESELF, attempt, **BY_PERSON),
    "exams/attempts/<uuid:attempt_id>/log/": Case(BRANCH_RECORDS, attempt_there, **BY_BRANCH),
    "gatherings/": Case(OVERSEERS),
    "gatherings/new/<slug:kind>/": Case(OVERSEERS, lambda *_: {"kind": "offline"}),
    "gatherings/<int:gathering_id>/": Case(HOSTS, gathering, **BY_BRANCH),
    "gatherings/<int:gathering_id>/edit/": Case(HOSTS, gathering, **BY_BRANCH),
    "gatherings/<int:gathering_id>/move/<slug:verb>/": Case(
        HOSTS, gathering, method="POST", **BY_BRANCH
    ),
    "gatherings/<int:gathering_id>/room/": Case(HOSTS, gathering, method="POST", **BY_BRANCH),
    "gatherings/<int:gathering_id>/people/": Case(HOSTS, gathering, method="POST", **BY_BRANCH),
    "gatherings/<int:gathering_id>/guests/": Case(HOSTS, gathering, method="POST", **BY_BRANCH),
    "gatherings/<int:gathering_id>/paper/": Case(HOSTS, gathering, **BY_BRANCH),
    "gatherings/<int:gathering_id>/people/<int:presence_id>/remove/": Case(
        HOSTS, gathering, method="POST", **BY_BRANCH
    ),
    "gatherings/<int:gathering_id>/sheet/": Case(HOSTS, gathering, **BY_BRANCH),
    "gatherings/<int:gathering_id>/scans/": Case(HOSTS, gathering, method="POST", **BY_BRANCH),
    "gatherings/<int:gathering_id>/scans/<int:scan_id>/": Case(HOSTS, gathering, **BY_BRANCH),
    "gatherings/<int:gathering_id>/video/": Case(
        HOSTS, lambda world, where, role: {"gathering_id": world.shown(where).pk}, **BY_BRANCH
    ),
    "gatherings/<int:gathering_id>/confirm/": Case(HOSTS, closed_gathering, **BY_BRANCH),
    "gatherings/scan/<int:gathering_id>/<slug:token>/": Case(
        dict.fromkeys(ROLES, BRANCHES), gathering, **BY_BRANCH
    ),
    "gatherings/join/": Case(WHO_SIGNED_IN),
    "gatherings/<int:gathering_id>/joined/": Case(ONESELF, attended, **BY_PERSON),
    "gatherings/mine/": Case(WHO_SIGNED_IN),
    # Exams: marks, keys, results
    "exams/marking/": Case(TEACHERS),
    "exams/results/": Case(OVERSEERS),
    "exams/<int:exam_id>/marking/": Case(LECTURES, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/marking/begin/": Case(LECTURES, sat_exam, method="POST", **BY_BRANCH),
    "exams/<int:exam_id>/marking/<int:place_id>/": Case(LECTURES, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/release/": Case(BRANCH_RECORDS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/keys/": Case(BRANCH_RECORDS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/keys/<int:version_id>/": Case(BRANCH_RECORDS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/results/": Case(RESULTS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/results/<uuid:attempt_id>/": Case(LECTURES, marked_attempt, **BY_BRANCH),
    "exams/<int:exam_id>/results/results.xlsx": Case(RESULTS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/analysis/": Case(BRANCH_RECORDS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/analysis/analysis.xlsx": Case(BRANCH_RECORDS, sat_exam, **BY_BRANCH),
    "exams/<uuid:attempt_id>/result/": Case(ONESELF, own_attempt, **BY_PERSON),
    "exams/<uuid:attempt_id>/appeal/": Case(ONESELF, released_attempt, **BY_PERSON),
    # Exams on paper: their sheets, and the member's own
    "exams/<int:exam_id>/on-paper/": Case(LECTURES, paper_exam, **BY_BRANCH),
    "exams/<int:exam_id>/on-paper/open/": Case(LECTURES, paper_exam, method="POST", **BY_BRANCH),
    "exams/<int:exam_id>/on-paper/times/": Case(LECTURES, paper_exam, method="POST", **BY_BRANCH),
    "exams/<int:exam_id>/on-paper/print/": Case(LECTURES, paper_exam, method="POST", **BY_BRANCH),
    "exams/<int:exam_id>/on-paper/booklet-<slug:form>.pdf": Case(LECTURES, paper_exam, **BY_BRANCH),
    "exams/<int:exam_id>/on-paper/written/<int:place_id>.jpg": Case(
        LECTURES, paper_exam, **BY_BRANCH
    ),
    "exams/<int:exam_id>/on-paper/sheets/": Case(LECTURES, paper_exam, **BY_BRANCH),
    "exams/<int:exam_id>/on-paper/sheets/<int:sheet_id>/": Case(LECTURES, paper_exam, **BY_BRANCH),
    "exams/<int:exam_id>/on-paper/sheets/<int:sheet_id>/<slug:verb>/": Case(
        LECTURES, paper_exam, method="POST", **BY_BRANCH
    ),
    "exams/attempts/<uuid:attempt_id>/on-paper/": Case(ONESELF, own_sheet, **BY_PERSON),
    "exams/attempts/<uuid:attempt_id>/on-paper/<int:page>.jpg": Case(
        ONESELF, own_sheet, **BY_PERSON
    ),
    # Contests
    "contests/": Case(WHO_SIGNED_IN),
    "contests/<int:contest_id>/": Case(SITTERS, contest, **BY_BRANCH),
    "contests/<int:contest_id>/daily/": Case(SITTERS, contest, **BY_BRANCH),
    "contests/<int:contest_id>/daily/<int:question_id>/": Case(SITTERS, contest, **BY_BRANCH),
    "contests/<int:contest_id>/daily/<int:question_id>/answer/": Case(
        SITTERS, daily_answered, **BY_BRANCH
    ),
    "contests/<int:contest_id>/board/": Case(SITTERS, contest, **BY_BRANCH),
    "contests/<int:contest_id>/showing/": Case(
        SITTERS, contest, method="POST", data=lambda *_: {"show": "no"}, **BY_BRANCH
    ),
    "contests/<int:contest_id>/result/": Case(SITTERS, contest, **BY_BRANCH),
    # Live finals
    "finals/": Case(WHO_SIGNED_IN),
    "finals/<int:final_id>/": Case(AUDIENCE, final, **BY_BRANCH),
    "finals/<int:final_id>/join/": Case(SITTERS, final, **BY_BRANCH),
    "finals/<int:final_id>/join/<slug:token>/": Case(SITTERS, final, **BY_BRANCH),
    "finals/<int:final_id>/pictures/<str:token>/": Case(AUDIENCE, final_picture, **BY_BRANCH),
    "finals/<int:final_id>/result/": Case(AUDIENCE, finished_final, **BY_BRANCH),
    "finals/hosted/": Case(OVERSEERS),
    "finals/new/": Case(OVERSEERS),
    "finals/<int:final_id>/edit/": Case(HOSTS, final, **BY_BRANCH),
    "finals/<int:final_id>/rounds/": Case(HOSTS, final, **BY_BRANCH),
    "finals/<int:final_id>/host/": Case(HOSTS, final, **BY_BRANCH),
    "finals/<int:final_id>/panel/": Case(HOSTS, final, **BY_BRANCH),
    "finals/<int:final_id>/screen/": Case(HOSTS, final, **BY_BRANCH),
    "finals/<int:final_id>/entrance/": Case(HOSTS, final, **BY_BRANCH),
    "finals/<int:final_id>/do/<slug:verb>/": Case(HOSTS, final, method="POST", **BY_BRANCH),
    "finals/<int:final_id>/record.pdf": Case(HOSTS, finished_final, **BY_BRANCH),
    # Votes and appraisals on paper, and their sheets
    "tallies/": Case(OVERSEERS),
    "tallies/new/<slug:kind>/": Case(OVERSEERS, lambda *_: {"kind": "vote"}),
    "tallies/<int:tally_id>/": Case(HOSTS, tally, **BY_BRANCH),
    "tallies/<int:tally_id>/edit/": Case(HOSTS, tally, **BY_BRANCH),
    "tallies/<int:tally_id>/move/<slug:verb>/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    "tallies/<int:tally_id>/issued/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    "tallies/<int:tally_id>/hand/": Case(HOSTS, tally, **BY_BRANCH),
    "tallies/<int:tally_id>/protocol.pdf": Case(HOSTS, closed_tally, **BY_BRANCH),
    "sheets/<slug:use>/<int:subject_id>/": Case(HOSTS, tally, **BY_BRANCH),
    "sheets/<slug:use>/<int:subject_id>/print/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    "sheets/<slug:use>/<int:subject_id>/prints/<int:print_id>/sheets.pdf": Case(
        HOSTS, tally, **BY_BRANCH
    ),
    "sheets/<slug:use>/<int:subject_id>/upload/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    "sheets/<slug:use>/<int:subject_id>/files/<int:batch_id>/again/": Case(
        HOSTS, tally, method="POST", **BY_BRANCH
    ),
    "sheets/<slug:use>/<int:subject_id>/queue/": Case(HOSTS, tally, **BY_BRANCH),
    "sheet-pages/<int:page_id>/": Case(HOSTS, tally, **BY_BRANCH),
    "sheet-pages/<int:page_id>/page.jpg": Case(HOSTS, tally, **BY_BRANCH),
    "sheet-pages/<int:page_id>/<slug:key>.jpg": Case(HOSTS, tally, **BY_BRANCH),
    "sheet-pages/<int:page_id>/refuse/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    "sheet-pages/<int:page_id>/again/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    # Watching
    "learn/sessions/": Case(
        AUDIENCE,
        method="POST",
        data=lambda world, where, role: {"lesson": world.lesson(where).pk},
        **BY_BRANCH,
    ),
    "learn/sessions/<uuid:session_id>/settle/": Case(ONESELF, session, method="POST", **BY_PERSON),
    "learn/sessions/<uuid:session_id>/check/": Case(ONESELF, session, method="POST", **BY_PERSON),
    "learn/sessions/<uuid:session_id>/playlist/": Case(ONESELF, session, **BY_PERSON),
}
