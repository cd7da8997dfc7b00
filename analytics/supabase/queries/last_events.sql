-- the last twenty events of a store
select captured_at, seat_id, stream, event_type, previous_status, status, detection_confidence
from detection_events
where store_id = 'oryudong'
order by id desc
limit 20;
