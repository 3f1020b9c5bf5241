-- A claim takes from a lane as many rows as may run; the few with a priority of their own are looked at besides.
DROP INDEX processes_lane_idx;
CREATE INDEX processes_lane_idx ON processes (domain_id, lane, next_at) WHERE state = 'ready' AND priority = 0;
CREATE INDEX processes_priority_idx ON processes (domain_id, lane, next_at) WHERE state = 'ready' AND priority <> 0;
