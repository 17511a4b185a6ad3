"""The addresses of the JSON API of courses, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from courses.catalogue.api import CourseViewSet

app_name = "courses_api"

router = SimpleRouter()
router.register("courses", CourseViewSet, basename="course")
urlpatterns = router.urls
