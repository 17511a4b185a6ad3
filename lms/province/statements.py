"""The province in SQL: every statement fills one table for everybody.

Nothing is drawn by chance: `pg_temp.chance(about, salt, most)` is a hash of what it is asked
about, so the same seed on the same day makes the same province. Member n has the id n; the
branches at the bottom of the tree are numbered from 0, and their members follow each other.
"""

# ruff: noqa: S608  (statements are put together from this module's own text alone)

CHANCE = """
CREATE OR REPLACE FUNCTION pg_temp.chance(about bigint, salt int, most int) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
    SELECT ((hashint8extended(about, %(seed)s * 1000 + salt) & 9223372036854775807) %% most)::int
$$
"""

# One level of the tree: ten branches at most below each, taken in turn, so that any number of
# them is spread evenly.
BRANCHES = """
INSERT INTO members_branch (id, path, depth, numchild, name, code, kind)
SELECT %(first)s + n,
       '0001' || coalesce((
           SELECT string_agg(lpad((1 + n / (10 ^ step)::int %% 10)::text, 4, '0'), '' ORDER BY step)
           FROM generate_series(0, %(level)s - 1) step
       ), ''),
       %(level)s + 1,
       CASE WHEN %(below)s = 0 THEN 0 ELSE (%(below)s - 1 - n) / (10 ^ %(level)s)::int + 1 END,
       CASE WHEN %(level)s = 0 THEN '全省党员学校' ELSE '第' || (n + 1) || %(word)s END,
       'G-' || %(level)s || '-' || (n + 1), %(kind)s
FROM generate_series(0, %(count)s - 1) n
"""

MEMBERS = """
INSERT INTO members_member (id, number, name, email, kind, password, is_active, is_superuser,
                            first_code_salt, created_at)
SELECT n, 'G' || lpad(n::text, 7, '0'),
       (ARRAY['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '徐', '孙', '胡', '朱',
              '高', '林', '何', '郭', '马', '罗'])[1 + pg_temp.chance(n, 1, 20)]
       || (ARRAY['建', '国', '志', '文', '明', '晓', '海', '玉', '秀', '春'])[
              1 + pg_temp.chance(n, 2, 10)]
       || (ARRAY['华', '军', '平', '英', '芳', '强', '伟', '丽', '敏', '波', '梅', '红', '刚', '霞',
                 '勇', '杰', '涛', '燕', '辉', '']) [1 + pg_temp.chance(n, 3, 20)],
       '',
       CASE WHEN pg_temp.chance(n, 4, 1000) < 5 THEN 'activist'
            WHEN pg_temp.chance(n, 4, 1000) < 10 THEN 'candidate'
            WHEN pg_temp.chance(n, 4, 1000) < 40 THEN 'probationary'
            ELSE 'full' END,
       '!', true, false, '', %(today)s::timestamptz
FROM generate_series(1, %(members)s) n
"""

# One in twenty-five has been transferred to another branch within the last two hundred days.
MEMBERSHIPS = """
INSERT INTO members_membership (member_id, branch_id, joined_on, left_on)
SELECT n, %(leaf)s + (n - 1)::bigint * %(leaves)s / %(members)s, make_date(2015, 1, 1), moved_on
FROM generate_series(1, %(members)s) n
CROSS JOIN LATERAL (
    SELECT CASE WHEN pg_temp.chance(n, 5, 25) = 0
                THEN %(today)s::date - 1 - pg_temp.chance(n, 6, 200) END AS moved_on
) moved;
INSERT INTO members_membership (member_id, branch_id, joined_on)
SELECT member_id, %(leaf)s + (branch_id - %(leaf)s + 7) %% %(leaves)s, left_on
FROM members_membership WHERE left_on IS NOT NULL;
"""

STANDING = """
INSERT INTO members_roleassignment (member_id, branch_id, role, from_on)
SELECT min(member_id), branch_id, 'secretary', make_date(2015, 1, 1)
FROM members_membership WHERE left_on IS NULL GROUP BY branch_id
UNION ALL
SELECT 1, 1, 'administrator', make_date(2015, 1, 1)
ORDER BY 2, 1;
INSERT INTO members_duty (member_id, kind, from_on)
SELECT n, CASE WHEN pg_temp.chance(n, 7, 1000) < 20 THEN 'committee' ELSE 'cadre_township' END,
       make_date(2018, 1, 1)
FROM generate_series(1, %(members)s) n WHERE pg_temp.chance(n, 7, 1000) < 30;
INSERT INTO exams_targetrelief (member_id, year, hours, reason, from_on, until_on, state, by_id,
                                requested_at, decided_by_id, decided_at, answer)
SELECT n, extract(year FROM %(first)s::date),
       CASE WHEN pg_temp.chance(n, 8, 200) = 0 THEN 16 END, '测量用数据',
       %(first)s, make_date(extract(year FROM %(first)s::date)::int, 12, 31), 'approved', 1,
       %(today)s::timestamptz, 2, %(today)s::timestamptz, ''
FROM generate_series(3, %(members)s) n WHERE pg_temp.chance(n, 8, 200) < 2;
"""

_ENTRY = """
INSERT INTO exams_studyhourentry (
    member_id, branch_id, category, hours, counted_hours, earned_on, source_kind, source_id,
    source_title, content_id, programme_id, rule_version, evidence, created_at, member_seq, format,
    reverses_id, previous_hash, hash)
"""

# For the members from `low` to `high`. Some study nothing, some half as often as the others.
ENTRIES = (
    _ENTRY
    + """
SELECT m, s.branch_id, category, hours,
       CASE WHEN category IN ('concentrated', 'group') THEN hours ELSE 0 END, day,
       CASE category WHEN 'group' THEN 'group' WHEN 'concentrated' THEN 'offline'
                     ELSE 'lesson' END,
       k::text AS source_id, '第' || k || '讲', '', '', 'preset-2026-1', '{"generated": true}',
       day + interval '4 hours', k AS member_seq, 2, NULL, repeat('0', 64), repeat('0', 64)
FROM generate_series(%(low)s, %(high)s) m
CROSS JOIN generate_series(1, %(entries)s) k
CROSS JOIN LATERAL (SELECT %(first)s::date + (k * %(days)s / %(entries)s)::int AS day) days
CROSS JOIN LATERAL (SELECT pg_temp.chance(m * 1000::bigint + k, 9, 100) AS which) drawn
CROSS JOIN LATERAL (
    SELECT CASE WHEN which < 12 THEN 'concentrated' WHEN which < 40 THEN 'group'
                WHEN which < 85 THEN 'online' ELSE 'individual' END AS category
) categories
CROSS JOIN LATERAL (
    SELECT CASE category WHEN 'concentrated' THEN 32 WHEN 'group' THEN 2 + which / 4
                         WHEN 'online' THEN 1 ELSE 2 END::numeric / (1 + which %% 2) AS hours
) worth
JOIN members_membership s
  ON s.member_id = m AND s.joined_on <= day AND (s.left_on IS NULL OR s.left_on > day)
WHERE k <= CASE WHEN pg_temp.chance(m, 10, 100) < 2 THEN 0
                WHEN pg_temp.chance(m, 10, 100) < 30 THEN (%(entries)s + 1) / 2
                ELSE %(entries)s END
ORDER BY m, k
"""
)

# One member in fifty has had the first entry taken back.
REVERSALS = (
    _ENTRY
    + """
SELECT e.member_id, e.branch_id, e.category, -e.hours, -e.counted_hours, e.earned_on, 'reversal',
       e.id::text, e.source_title, '', '', e.rule_version, '{"generated": true}', e.created_at,
       1 + (SELECT max(member_seq) FROM exams_studyhourentry l WHERE l.member_id = e.member_id),
       2, e.id, repeat('0', 64), repeat('0', 64)
FROM exams_studyhourentry e
WHERE e.member_id BETWEEN %(low)s AND %(high)s AND e.member_seq = 1
  AND pg_temp.chance(e.member_id, 11, 50) = 0
ORDER BY e.member_id
"""
)

HEADS = """
INSERT INTO exams_ledgerhead (member_id, seq, hash)
SELECT member_id, max(member_seq), repeat('0', 64) FROM exams_studyhourentry
WHERE member_id BETWEEN %(low)s AND %(high)s GROUP BY member_id ORDER BY member_id
"""

SEALED = """
UPDATE exams_studyhourentry e SET previous_hash = said.previous, hash = said.hash
FROM unnest(%(ids)s::bigint[], %(days)s::date[], %(previous)s::text[], %(hashes)s::text[])
    AS said(id, day, previous, hash)
WHERE e.id = said.id AND e.earned_on = said.day
"""
SEALED_HEADS = """
UPDATE exams_ledgerhead h SET hash = e.hash FROM exams_studyhourentry e
WHERE e.member_id = h.member_id AND e.member_seq = h.seq
  AND h.member_id BETWEEN %(low)s AND %(high)s
"""

SEQUENCES = """
SELECT setval(pg_get_serial_sequence('members_member', 'id'), max(id)) FROM members_member;
SELECT setval(pg_get_serial_sequence('members_branch', 'id'), max(id)) FROM members_branch;
"""
