class Deployment:
    def __init__(self, base_directory, context):
        self.factor = 2

    def request(self, data):
        return {"output": self.factor * data["input"]}
