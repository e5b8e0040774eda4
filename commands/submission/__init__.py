"""What is handed in: the students' names as file names, the compact main file, the ZIP."""
