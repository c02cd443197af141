"""独立检验程序 Programs that check what Liuhen hands out, and import nothing of it."""
