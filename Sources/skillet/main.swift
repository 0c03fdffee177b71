print("skillet")
