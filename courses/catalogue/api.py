"""Courses as JSON, read only: what the caller may study and how far they are."""

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from courses.catalogue import reading
from courses.catalogue.queries import visible_courses
from lms.core.access import SIGNED_IN, access


class LessonSerializer(serializers.Serializer[Any]):
    """One lesson of a course's outline."""

    id = serializers.IntegerField(source="lesson.id")
    title = serializers.CharField(source="lesson.title")
    duration_ms = serializers.IntegerField(source="lesson.duration_ms")
    study_hours = serializers.DecimalField(
        source="lesson.study_hours", max_digits=4, decimal_places=2
    )
    has_video = serializers.BooleanField(source="lesson.has_video")
    percent = serializers.IntegerField()
    is_completed = serializers.BooleanField()


class CourseSerializer(serializers.Serializer[Any]):
    """One course in the list."""

    id = serializers.IntegerField(source="course.pk")
    slug = serializers.CharField(source="course.slug")
    title = serializers.CharField(source="course.title")
    summary = serializers.CharField(source="course.summary")
    topic = serializers.CharField(source="course.topic")
    teacher_name = serializers.CharField(source="course.teacher_name")
    study_hours = serializers.DecimalField(
        source="outline.study_hours", max_digits=6, decimal_places=2
    )
    duration_ms = serializers.IntegerField(source="outline.duration_ms")
    percent = serializers.IntegerField(source="standing.percent")
    is_completed = serializers.BooleanField(source="standing.is_completed")


class CourseDetailSerializer(CourseSerializer):
    """One course with its lessons in order."""

    lessons = LessonSerializer(source="standing.lessons", many=True)


# What is said instead of an answer.
SIGNED_OUT = {401: inline_serializer("SignedOut", {"error": serializers.CharField()})}
NOT_FOUND = inline_serializer("NotFound", {"detail": serializers.CharField()})


@access(SIGNED_IN)
class CourseViewSet(viewsets.GenericViewSet[Any]):
    """Courses the caller may study."""

    permission_classes = (IsAuthenticated,)
    lookup_field = "slug"
    lookup_value_regex = "[^/]+"
    serializer_class = CourseSerializer
    filter_backends = ()

    def get_queryset(self) -> Any:
        return visible_courses(self.request.user)

    @extend_schema(responses={200: CourseSerializer(many=True), **SIGNED_OUT})
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        items = reading.course_items(courses=list(page or ()), by=request.user)
        return self.get_paginated_response(CourseSerializer(items, many=True).data)

    @extend_schema(responses={200: CourseDetailSerializer, 404: NOT_FOUND, **SIGNED_OUT})
    def retrieve(self, request: Request, slug: str) -> Response:
        course = reading.course_named(by=request.user, slug=slug)
        if course is None:
            raise NotFound
        (item,) = reading.course_items(courses=[course], by=request.user)
        return Response(CourseDetailSerializer(item).data)
