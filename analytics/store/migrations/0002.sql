-- a page of all events is read in order, where it was sorted out of the whole table
create index detection_events_store on detection_events (store_id, id);
