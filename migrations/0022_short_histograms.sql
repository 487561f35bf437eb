-- A histogram keeps only the stretch from its first to its last bucket that has something, by the bounds of the array:
-- element b + 1 is bucket b as before. Most have a few buckets of the 161, and adding them costs what they have.

-- The same histogram without empty buckets at its ends; '{}' has none at all.
create function hist_trim(h bigint[]) returns bigint[] language plpgsql immutable parallel safe as $$
declare lo int := array_lower(h, 1); hi int := array_upper(h, 1); r bigint[];
begin
  if lo is null then return h; end if;
  while lo <= hi and h[lo] = 0 loop lo := lo + 1; end loop;
  while hi > lo and h[hi] = 0 loop hi := hi - 1; end loop;
  if lo > hi then return '{}'; end if;
  if lo = array_lower(h, 1) and hi = array_upper(h, 1) then return h; end if;
  r := array_fill(0::bigint, array[hi - lo + 1], array[lo]);
  r[lo:hi] := h[lo:hi];
  return r;
end $$;

-- A histogram out of (bucket, count) pairs.
drop function hist_dense(int[], bigint[]);
create function hist_of(buckets int[], counts bigint[]) returns bigint[] language plpgsql immutable parallel safe as $$
declare h bigint[]; lo int; hi int;
begin
  for i in 1 .. coalesce(cardinality(buckets), 0) loop
    if buckets[i] is not null and counts[i] <> 0 then
      if lo is null or buckets[i] < lo then lo := buckets[i]; end if;
      if hi is null or buckets[i] > hi then hi := buckets[i]; end if;
    end if;
  end loop;
  if lo is null then return '{}'; end if;
  h := array_fill(0::bigint, array[hi - lo + 1], array[lo + 1]);
  for i in 1 .. cardinality(buckets) loop
    if buckets[i] is not null and counts[i] <> 0 then h[buckets[i] + 1] := h[buckets[i] + 1] + counts[i]; end if;
  end loop;
  if h[lo + 1] = 0 or h[hi + 1] = 0 then h := hist_trim(h); end if;
  return h;
end $$;

create or replace function hist_add(a bigint[], b bigint[]) returns bigint[] language plpgsql immutable parallel safe as $$
declare
  h bigint[] := a;
  la int := array_lower(a, 1); ua int := array_upper(a, 1); lb int := array_lower(b, 1); ub int := array_upper(b, 1);
begin
  if la is null then return coalesce(b, a); end if;
  if lb is null then return a; end if;
  if lb < la or ub > ua then
    h := array_fill(0::bigint, array[greatest(ua, ub) - least(la, lb) + 1], array[least(la, lb)]);
    h[la:ua] := a;
  end if;
  for i in lb .. ub loop
    if b[i] <> 0 then h[i] := h[i] + b[i]; end if;
  end loop;
  -- What was counted can be taken back: then it is the same as if it had never been there.
  if h[least(la, lb)] = 0 or h[greatest(ua, ub)] = 0 then h := hist_trim(h); end if;
  return h;
end $$;

-- Nearest-rank quantile, answered as the bucket's geometric middle: within 4.4 % of the exact value.
create or replace function hist_quantile(h bigint[], p float8) returns float8 language plpgsql immutable parallel safe as $$
declare total bigint := 0; rank bigint; seen bigint := 0; x bigint;
begin
  if h is null then return null; end if;
  foreach x in array h loop total := total + x; end loop;
  if total = 0 then return null; end if;
  rank := greatest(1, ceil(p * total));
  for i in array_lower(h, 1) .. array_upper(h, 1) loop
    seen := seen + h[i];
    if seen >= rank then return case when i = 1 then 0.5 else 2 ^ ((i - 1.5) / 8) end; end if;
  end loop;
  return null;
end $$;

update api_call_minutes set hist = hist_trim(hist);
update api_call_hours set hist = hist_trim(hist);
update api_call_days set hist = hist_trim(hist);
update job_hours set run_hist = hist_trim(run_hist), wait_hist = hist_trim(wait_hist);
update call_facet_days set hist = hist_trim(hist);
update content_days set hist = hist_trim(hist);
update vital_days set hist = hist_trim(hist);
update prompt_days set hist = hist_trim(hist);
