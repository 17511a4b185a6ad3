import django.db.models.deletion
from django.db import migrations, models

# What no unique index over all years can say: it would have to hold the day, by which the years
# are told apart. The head of the member's chain is the lock, so what is looked up here cannot be
# written by somebody else meanwhile.
ADMIT = """
CREATE FUNCTION exams_ledger_admit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    PERFORM FROM exams_ledgerhead WHERE member_id = NEW.member_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'study hours are append-only: member % has no head', NEW.member_id
            USING ERRCODE = 'foreign_key_violation', TABLE = 'exams_studyhourentry';
    END IF;
    broken := CASE
        WHEN EXISTS (SELECT FROM exams_studyhourentry e WHERE e.id = NEW.id)
            THEN 'exams_studyhourentry_pkey'
        WHEN EXISTS (SELECT FROM exams_studyhourentry e
                     WHERE e.member_id = NEW.member_id AND e.source_kind = NEW.source_kind
                       AND e.source_id = NEW.source_id) THEN 'entry_once_a_source'
        WHEN EXISTS (SELECT FROM exams_studyhourentry e
                     WHERE e.member_id = NEW.member_id AND e.member_seq = NEW.member_seq)
            THEN 'entry_chain_position'
        WHEN NEW.reverses_id IS NOT NULL
             AND EXISTS (SELECT FROM exams_studyhourentry e WHERE e.reverses_id = NEW.reverses_id)
            THEN 'entry_reversed_once'
    END;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'study hours are append-only: there is such an entry already (%)', broken
            USING ERRCODE = 'unique_violation', TABLE = 'exams_studyhourentry',
                  CONSTRAINT = broken;
    END IF;
    IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM exams_studyhourentry e
        WHERE e.id = NEW.reverses_id AND e.member_id = NEW.member_id
    ) THEN
        RAISE EXCEPTION 'study hours are append-only: entry % of member % is not there to reverse',
            NEW.reverses_id, NEW.member_id
            USING ERRCODE = 'foreign_key_violation', TABLE = 'exams_studyhourentry';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION exams_ledger_refuse_aside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'study hours are append-only: % into % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', HINT = 'Insert into exams_studyhourentry.';
END $$;
"""

# Triggers for each row are handed down to partitions by PostgreSQL, those for a statement are not.
OPEN = """
CREATE FUNCTION exams_ledger_guard(part regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON %s'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION exams_ledger_refuse()', part);
    EXECUTE format('CREATE TRIGGER ledger_not_aside BEFORE INSERT ON %s'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION exams_ledger_refuse_aside()', part);
END $$;

CREATE FUNCTION exams_ledger_open_until(last_year int) RETURNS int
LANGUAGE plpgsql SET datestyle = 'ISO' AS $$
DECLARE
    rest CONSTANT regclass := 'exams_studyhourentry_rest';
    opened int := 0;
    first_day date;
    part text;
    is_waiting boolean;
BEGIN
    -- Whoever comes second finds the years of the first.
    PERFORM pg_advisory_xact_lock(hashtext('exams_ledger_open_until'));
    SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''([-0-9]+)''')::date)
    INTO first_day
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'exams_studyhourentry'::regclass;
    WHILE extract(year FROM first_day) <= last_year LOOP
        part := 'exams_studyhourentry_' || extract(year FROM first_day);
        EXECUTE format('CREATE TABLE %I (LIKE exams_studyhourentry'
                       ' INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
        -- Entries that came before their year was opened move over; nobody sees them missing.
        SELECT EXISTS (SELECT FROM exams_studyhourentry_rest
                       WHERE earned_on >= first_day AND earned_on < first_day + interval '1 year')
        INTO is_waiting;
        IF is_waiting THEN
            ALTER TABLE exams_studyhourentry DETACH PARTITION exams_studyhourentry_rest;
            EXECUTE format('WITH moved AS (DELETE FROM exams_studyhourentry_rest'
                           ' WHERE earned_on >= %L AND earned_on < %L RETURNING *)'
                           ' INSERT INTO %I SELECT * FROM moved',
                           first_day, first_day + interval '1 year', part);
            ALTER TABLE exams_studyhourentry ATTACH PARTITION exams_studyhourentry_rest DEFAULT;
        END IF;
        EXECUTE format('ALTER TABLE exams_studyhourentry ATTACH PARTITION %I'
                       ' FOR VALUES FROM (%L) TO (%L)',
                       part, first_day, (first_day + interval '1 year')::date);
        PERFORM exams_ledger_guard(part::regclass);
        first_day := first_day + interval '1 year';
        opened := opened + 1;
    END LOOP;
    RETURN opened;
END $$;
"""

# The table there is becomes the partition of all years it holds; no row is moved or rewritten.
DIVIDE = """
DO $$
DECLARE
    said text;
    name text;
    keys text[] := '{}';
    triggers text[] := '{}';
    first_day date;
    next_id bigint;
BEGIN
    -- Those who name an entry by its number: entries are never removed, so nothing can dangle.
    FOR said, name IN
        SELECT conrelid::regclass::text, conname FROM pg_constraint
        WHERE contype = 'f' AND confrelid = 'exams_studyhourentry'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', said, name);
    END LOOP;
    SELECT coalesce(array_agg(format('CONSTRAINT %I ', conname) || pg_get_constraintdef(oid)), '{}')
    INTO keys FROM pg_constraint
    WHERE contype = 'f' AND conrelid = 'exams_studyhourentry'::regclass;
    FOR said, name IN
        SELECT pg_get_triggerdef(oid), tgname FROM pg_trigger
        WHERE tgrelid = 'exams_studyhourentry'::regclass AND NOT tgisinternal
    LOOP
        triggers := triggers || said;
        EXECUTE format('DROP TRIGGER %I ON exams_studyhourentry', name);
    END LOOP;
    FOR name IN
        SELECT conname FROM pg_constraint
        WHERE contype IN ('p', 'u') AND conrelid = 'exams_studyhourentry'::regclass
    LOOP
        EXECUTE format('ALTER TABLE exams_studyhourentry DROP CONSTRAINT %I', name);
    END LOOP;
    SELECT coalesce(max(id), 0) + 1,
           coalesce(date_trunc('year', max(earned_on)) + interval '1 year',
                    date_trunc('year', current_date))::date
    INTO next_id, first_day FROM exams_studyhourentry;

    ALTER TABLE exams_studyhourentry ALTER id DROP IDENTITY IF EXISTS;
    ALTER TABLE exams_studyhourentry RENAME TO exams_studyhourentry_before;
    ALTER INDEX entry_member_day RENAME TO entry_member_day_before;
    ALTER INDEX entry_branch_day RENAME TO entry_branch_day_before;
    CREATE TABLE exams_studyhourentry
        (LIKE exams_studyhourentry_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
        PARTITION BY RANGE (earned_on);
    EXECUTE format('ALTER TABLE exams_studyhourentry ALTER id'
                   ' ADD GENERATED BY DEFAULT AS IDENTITY (START %s)', next_id);
    ALTER TABLE exams_studyhourentry
        ADD CONSTRAINT exams_studyhourentry_pkey PRIMARY KEY (id, earned_on),
        ADD CONSTRAINT entry_once_a_source
            UNIQUE (member_id, source_kind, source_id, earned_on),
        ADD CONSTRAINT entry_chain_position UNIQUE (member_id, member_seq, earned_on);
    CREATE UNIQUE INDEX entry_reversed_once ON exams_studyhourentry (reverses_id, earned_on)
        WHERE reverses_id IS NOT NULL;
    CREATE INDEX entry_member_day ON exams_studyhourentry (member_id, earned_on);
    CREATE INDEX entry_branch_day ON exams_studyhourentry (branch_id, earned_on);
    FOREACH said IN ARRAY keys LOOP
        EXECUTE 'ALTER TABLE exams_studyhourentry ADD ' || said;
    END LOOP;

    CREATE TABLE exams_studyhourentry_rest
        (LIKE exams_studyhourentry INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
    EXECUTE format('ALTER TABLE exams_studyhourentry ATTACH PARTITION exams_studyhourentry_before'
                   ' FOR VALUES FROM (MINVALUE) TO (%L)', first_day);
    ALTER TABLE exams_studyhourentry ATTACH PARTITION exams_studyhourentry_rest DEFAULT;
    FOREACH said IN ARRAY triggers LOOP
        EXECUTE said;
    END LOOP;
    CREATE TRIGGER ledger_admit BEFORE INSERT ON exams_studyhourentry
        FOR EACH ROW EXECUTE FUNCTION exams_ledger_admit();
    PERFORM exams_ledger_guard('exams_studyhourentry_before');
    PERFORM exams_ledger_guard('exams_studyhourentry_rest');
    PERFORM exams_ledger_open_until(extract(year FROM current_date)::int + 1);
END $$;
"""


class Migration(migrations.Migration):
    """The ledger by years: a partition each, one of all before, and one for what has none yet.

    Not to be undone: the way back would be to write every entry anew.
    """

    dependencies = [("exams", "0009_integrity")]

    operations = [
        migrations.RunSQL(ADMIT + OPEN),
        migrations.RunSQL(DIVIDE),
        # Its key is looked up by the trigger; entries are never removed, so the others cannot dangle.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="studyhourentry",
                    name="reverses",
                    field=models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="exams.studyhourentry",
                        verbose_name="冲销的记录",
                    ),
                ),
                migrations.AlterField(
                    model_name="correction",
                    name="entry",
                    field=models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="exams.studyhourentry",
                        verbose_name="冲销的记录",
                    ),
                ),
                migrations.AlterField(
                    model_name="correction",
                    name="posted",
                    field=models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="correction",
                        to="exams.studyhourentry",
                        verbose_name="入账记录",
                    ),
                ),
                migrations.AlterField(
                    model_name="appeal",
                    name="entry",
                    field=models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="exams.studyhourentry",
                    ),
                ),
            ]
        ),
    ]
