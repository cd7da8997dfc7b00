-- hours that each seat was occupied, by day (UTC); a stay over midnight counts for both days
with changes as (
	select seat_id, status, captured_at as begins, lead(captured_at) over (partition by seat_id order by id) as ends
	from detection_events
	where store_id = 'oryudong' and seat_id is not null
), stays as (
	select seat_id, begins at time zone 'UTC' as begins, coalesce(ends, now()) at time zone 'UTC' as ends
	from changes
	where status = 'occupied'
), parts as (
	select seat_id, day, greatest(begins, day) as begins, least(ends, day + interval '1 day') as ends
	from stays, generate_series(date_trunc('day', begins), ends, interval '1 day') as day
)
select seat_id, cast(day as date) as day, round(cast(sum(extract(epoch from ends - begins)) / 3600 as numeric), 2) as hours
from parts
group by seat_id, day
having sum(extract(epoch from ends - begins)) > 0
order by seat_id, day;
