-- What dashboards ask: the events of a store or of a seat, newest first, by id (the order of commits), by the time of
-- the picture or by the time of the row. The newest status of a store's seats is read by the primary key.

create index if not exists detection_events_store on public.detection_events (store_id, id);
create index if not exists detection_events_seat on public.detection_events (store_id, seat_id, id);
create index if not exists detection_events_captured on public.detection_events (store_id, captured_at);
create index if not exists detection_events_created on public.detection_events (store_id, created_at);
-- for retention: rows lie in the order of their time, so a few kilobytes tell which blocks are old
create index if not exists detection_events_age on public.detection_events using brin (created_at);
