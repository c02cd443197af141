"""成批导入 Files of acts: read within bounds, and kept with how far they are until every row has its answer."""
